/* One data set as the calibration library knows it: its antennas, spws, fields and intents, and
 * which of them go together. All of it comes from what ms-info prints; no table is opened here.
 *
 * Calibration is booked on cells (antenna, spw, field, intent). Data exist for some (spw, field,
 * intent) only, called triples here, and for all antennas of a triple; there are no other cells
 * (callibrary 2).
 */
#ifndef CAL_CALLIB_VIS_H
#define CAL_CALLIB_VIS_H

#include "base/document.h"
#include "callib/idset.h"

/* name[id] is NULL where no such id exists; `all` are those that do. */
typedef struct cal_axis {
    char **name;
    int size;
    cal_idset all;
} cal_axis;

/* A row of STATE, and what it means. */
typedef struct cal_obs_mode {
    char *text;       /* CALIBRATE_PHASE#ON_SOURCE,CALIBRATE_WVR#ON_SOURCE */
    cal_idset intent; /* PHASE,WVR */
} cal_obs_mode;

typedef struct cal_triple {
    int spw, field, intent;
} cal_triple;

typedef struct cal_vis {
    char *name, *path; /* eb1.ms, /data/eb1.ms */
    char *telescope;
    cal_axis antenna, spw, field;
    cal_axis intent; /* pipeline intents in the order of their names; UNSPECIFIED where data have
                        none */
    cal_obs_mode *obs_mode;
    int obs_modes;
    cal_triple *triple; /* sorted by spw, field, intent */
    int triples;
    int *first;        /* [spw.size * field.size + 1]: the triples of (spw, field) are
                   first[spw * field.size + field] up to the next */
    char **field_text; /* cal_vis_print_field() makes them when it is first asked */
} cal_vis;

/* A part of the data of one set: every antenna of `antenna` with every spw of `spw`, ... Combinations
 * that do not occur in the data may be inside; they mean nothing. */
typedef struct cal_box {
    cal_idset antenna, spw, field, intent;
} cal_box;

void cal_box_free(cal_box *box);
cal_box cal_box_copy(const cal_box *box);
cal_box cal_box_empty(const cal_vis *vis); /* four empty sets of the right sizes */
cal_box cal_box_all(const cal_vis *vis);
bool cal_box_within(const cal_box *a, const cal_box *b); /* every id of a is in b */
bool cal_box_meets(const cal_box *a, const cal_box *b);  /* in any combination, with data or not */

/* The triples of a box in their order: for (int t = -1; (t = cal_vis_next(vis, &box, t)) >= 0;) */
int cal_vis_next(const cal_vis *vis, const cal_box *box, int triple);

/* From the document of ms-info, or from the same set as written by cal_vis_json(). CAL_USAGE, with
 * the place in the document, for what is missing, of the wrong type, or there twice. */
cal_status cal_vis_from_ms_info(jv info, const cal_place *place, cal_vis **vis, cal_error *err);
cal_status cal_vis_from_json(jv document, const cal_place *place, cal_vis **vis, cal_error *err);
jv cal_vis_json(const cal_vis *vis);
void cal_vis_free(cal_vis *vis);
bool cal_vis_same(const cal_vis *a, const cal_vis *b); /* in all but the path */

/* A field as CASA's field parameter takes it: the name, in double quotes where CASA would misread
 * it (callibrary 8.3), or the id where that would mean another field, too, or not this one. */
void cal_vis_print_field(const cal_vis *vis, int field, cal_buf *out);

#endif
