/* What a self-calibration has come to, from its state: for people on a terminal, for a pipeline's checks, and as one HTML page that holds all
 * that it shows. Nothing is written; images and tables are read if they are still there. */
#ifndef CAL_SELFCAL_REPORT_H
#define CAL_SELFCAL_REPORT_H

#include "base/buf.h"
#include "base/json.h"

/* Paths of the state that do not exist in the current folder are looked for below `folder` (NULL: not). CAL_USAGE for what is no state or
 * plan. */
cal_status cal_report_summary(jv state, const char *folder, jv *summary, cal_error *err);

enum { CAL_REPORT_PAGE = 100 }; /* characters of a line on a terminal */
void cal_report_text(jv summary, cal_buf *out);

/* Of a step of a state or a rung of the report: "30.00s", the second time "30.00s (2)"; `text` holds CAL_REPORT_TEXT bytes. */
enum { CAL_REPORT_TEXT = 64 };
char *cal_report_interval(jv rung, char *text);
/* Why a target of the state stopped, in words where the state has the pipeline's name for it, and what may be done; NULL where it did not
 * stop. The caller frees it. */
char *cal_report_stop(jv state, jv target);

/* The page, from the state and its summary. A picture that cannot be drawn is replaced by the reason. */
void cal_report_page(jv state, jv summary, const char *folder, cal_buf *html);

#endif
