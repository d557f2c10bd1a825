/* For report*.c only. All functions borrow the values that they are given. */
#ifndef CAL_SELFCAL_REPORT_PARTS_H
#define CAL_SELFCAL_REPORT_PARTS_H

#include "cal/caltable.h"
#include "selfcal/report.h"

/* ---- the state (report_read.c) ---- */

double cal_report_number(jv object, const char *key); /* NaN where missing */
/* The images of the step's sub-fields, {"best", "fields": [...]}: "prior", "post"; of a step that is no rung those of that name, else its newest.
 * Null where there are none. A new reference, as below. */
jv cal_report_pictures(jv step, const char *which);
jv cal_report_sub_picture(jv step, const char *which, int fid);
int cal_report_best(jv step, const char *which);   /* the sub-field with the highest S/N */
jv cal_report_picture(jv step, const char *which); /* that of the best */
bool cal_report_is_rung(jv step); /* with a verdict: an interval, or what another target lent */
bool cal_report_is_borrowed(const char *final_solint);
/* The next rung of the summary's ladder, from *next on, that a step has come to: these are the rungs of the state's steps, in order. */
jv cal_report_next_rung(jv rungs, int *next);
bool cal_report_is_taken(jv rung); /* accepted, for good or until later ones tell */
/* The newest step of this name, null where there is none. */
jv cal_report_step(jv target, const char *name);
/* The first interval that was tried, if it is known what it began with: nothing was accepted then. Null otherwise. */
jv cal_report_first_rung(jv target);
/* The solution that was taken for a block of the step. */
jv cal_report_solution(jv solution_set);
/* The reasons of a verdict in one text, or `otherwise`; the caller frees it. */
char *cal_report_reasons(jv verdict, const char *otherwise);
const char *cal_report_block_name(jv block); /* of the original: without folder and .ms */

/* ---- numbers of images (report_summary.c, report_pointings.c) ---- */

/* Of a target "orig" or "final", of an image "". */
jv cal_report_image_numbers(jv object, const char *ending);
bool cal_report_is_mosaic(jv numbers); /* a target of the summary with several sub-fields */
/* The target before self-calibration: the first image or, where that is better by a tenth, the image that the first interval began with, which is
 * cleaned as deeply as what follows. {..., "prior_of": the interval or null, "snr_orig": of the first image}. */
jv cal_report_initial(jv target);
/* What the text has to say of it, "" for the first image; the caller frees it. */
char *cal_report_initial_words(jv numbers);
/* The step that has the picture of it, and under which name; `initial` of the summary. */
jv cal_report_initial_step(jv target, jv initial, const char **which);
/* The sub-fields: numbers of the first and the last image, and along the ladder (`rungs` of the summary, `initial` of it). */
jv cal_report_pointings(jv target, jv initial, jv rungs);
/* "1 NGC 1333", and "pointing 1 NGC 1333", for an item of that list; `text` as below. */
char *cal_report_pointing_number(jv pointing, char *text);
char *cal_report_pointing_name(jv pointing, char *text);

/* ---- numbers as text; `text` holds CAL_REPORT_TEXT bytes (report_read.c) ---- */

char *cal_report_flux(double jy, char *text); /* "2.07 mJy" */
char *cal_report_snr(double snr, char *text); /* "38.8", "1291", "\u2013" */
/* What part of the last image's S/N comes of fitting noise, "3.3 %"; false where that is nothing to speak of. */
bool cal_report_fitted(jv numbers, char *text);
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

/* A table that can be moved sideways where it is too wide, up to its first row; `columns` ends with NULL, names of those with numbers begin with
 * '#'. NULL for no caption. */
void cal_html_table(cal_buf *html, const char *caption, const char *const *columns);
void cal_html_table_end(cal_buf *html);
void cal_html_number(cal_buf *html, const char *text); /* a cell */
void cal_html_badge(cal_buf *html, const char *verdict);

/* ---- parts of the page ---- */

extern const char cal_report_style[]; /* CSS */

/* Pictures of one target: all on one stretch, and all of the same part of the sky (report_picture.c). */
enum { CAL_REPORT_PICTURE = 320, CAL_REPORT_SMALL = 200 }; /* pixels */

typedef struct cal_report_look {
    const char *folder;
    int size;                   /* of each picture, pixels */
    double low, high, soft;     /* Jy/beam */
    double x, y, width, height; /* of the part shown, as fractions of the image */
    bool known;                 /* some image could be read */
} cal_report_look;

cal_report_look cal_report_look_at(jv target, const char *folder);
/* <figure>; `name` is for the caption and the alternative text. */
void cal_report_figure(const cal_report_look *look, jv picture, const char *name, cal_buf *html);
void cal_report_colours(const cal_report_look *look, cal_buf *html); /* the colour bar */

/* One small drawing for each antenna (report_plot.c). `gains` is what cal_report_gains() found; `seconds` is the length of the intervals where the
 * table does not tell it (NaN: not known). */
void cal_report_plot(const cal_caltable *table, jv gains, bool amplitude, double seconds,
                     cal_buf *html);
/* S/N along the ladder (report_chart.c). `target` of the summary. */
void cal_report_chart(jv target, cal_buf *html);

/* The first and the last image, of a mosaic those of each sub-field with its numbers (report_mosaic.c). */
void cal_report_before_and_after(const cal_report_look *look, jv target, jv numbers, cal_buf *html);
/* Images of a step before and after, of a mosaic those of the best sub-field first. */
void cal_report_step_pictures(const cal_report_look *look, jv step, jv numbers, cal_buf *html);
/* The intervals (report_ladder.c), what was done step by step (report_step.c), tables and working copies (report_tables.c). */
void cal_report_ladder(jv numbers, cal_buf *html);
void cal_report_steps(const cal_report_look *look, jv target, jv numbers, cal_buf *html);
void cal_report_tables(jv numbers, cal_buf *html);
void cal_report_copies(jv target, cal_buf *html);

/* A target (report_target.c): <section>. */
void cal_report_target(jv target, jv numbers, const char *folder, int index, cal_buf *html);

#endif
