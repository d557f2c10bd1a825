/* For report*.c only. All functions borrow the values that they are given. */
#ifndef CAL_SELFCAL_REPORT_PARTS_H
#define CAL_SELFCAL_REPORT_PARTS_H

#include "cal/caltable.h"
#include "selfcal/report.h"

/* ---- the state (report_read.c) ---- */

double cal_report_number(jv object, const char *key); /* NaN where missing */
jv cal_report_list(jv object, const char *key);       /* an empty one where missing */
/* The path as it can be opened from here; the caller frees it. */
char *cal_report_path(const char *folder, const char *path);
/* The image of the step's sub-field with the best S/N: "prior", "post"; of a step with one image that one. Null where there is none. A new
 * reference, as below. */
jv cal_report_picture(jv step, const char *which);
bool cal_report_is_step(jv step, const char *name);
bool cal_report_is_rung(jv step); /* with a verdict: an interval, or what another target lent */
bool cal_report_is_borrowed(const char *final_solint);
/* The newest step of this name, null where there is none. */
jv cal_report_step(jv target, const char *name);
/* The solution that was taken for a block of the step. */
jv cal_report_solution(jv solution_set);
/* The reasons of a verdict in one text, or `otherwise`; the caller frees it. */
char *cal_report_reasons(jv verdict, const char *otherwise);
const char *cal_report_block_name(jv block); /* of the original: without folder and .ms */

/* ---- numbers as text; `text` holds CAL_REPORT_TEXT bytes (report_read.c) ---- */

enum { CAL_REPORT_TEXT = 64 };
char *cal_report_flux(double jy, char *text);   /* "2.07 mJy" */
char *cal_report_interval(jv rung, char *text); /* "30.00s", the second time "30.00s (2)" */
char *cal_report_snr(double snr, char *text);   /* "38.8", "1291", "\u2013" */
char *cal_report_percent(double fraction, bool sign, char *text);
char *cal_report_beam(jv numbers, char *text); /* "0.83\u2033 \u00d7 0.49\u2033, 129\u00b0" */

/* ---- tables (report_gains.c) ---- */

/* {"solutions", "flagged_fraction", "phase_rms_deg", "amplitude_rms", "antennas": [...]}; `passed` is a list of names or null. */
jv cal_report_gains(const cal_caltable *table, jv passed);

/* ---- markup (report_markup.c) ---- */

void cal_html_text(cal_buf *html, const char *text); /* with what HTML needs escaped */
void cal_html_path(cal_buf *html, const char *path); /* may be broken at / and . */
void cal_html_textf(cal_buf *html, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cal_html_data(cal_buf *html, const char *type, const void *bytes, size_t count); /* data: */

/* ---- parts of the page ---- */

extern const char cal_report_style[]; /* CSS */

/* Pictures of one target: all on one stretch, and all of the same part of the sky (report_picture.c). */
typedef struct cal_report_look {
    const char *folder;
    double low, high, soft;     /* Jy/beam */
    double x, y, width, height; /* of the part shown, as fractions of the image */
    char unit[72];
    bool known; /* some image could be read */
} cal_report_look;

cal_report_look cal_report_look_at(jv target, const char *folder);
/* <figure>; `name` is for the caption and the alternative text. */
void cal_report_figure(const cal_report_look *look, jv picture, const char *name, cal_buf *html);
void cal_report_colours(const cal_report_look *look, cal_buf *html); /* the colour bar */

/* One small drawing for each antenna (report_plot.c). `gains` is what cal_report_gains() found. */
void cal_report_plot(const cal_caltable *table, jv gains, bool amplitude, cal_buf *html);
/* S/N along the ladder (report_chart.c). `target` of the summary. */
void cal_report_chart(jv target, cal_buf *html);

/* A target (report_target.c): <section>. */
void cal_report_target(jv target, jv numbers, const char *folder, int index, cal_buf *html);

#endif
