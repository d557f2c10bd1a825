/* From the working copies back to the original data: which tables apply to which fields and windows of each MeasurementSet that the copies
 * were made of. Ids of the copies mean nothing there: fields are found by name and direction, windows by name and frequency, antennas by
 * name. */
#ifndef CAL_SELFCAL_ORIGINAL_H
#define CAL_SELFCAL_ORIGINAL_H

#include "base/json.h"
#include "base/text.h"
#include "cal/caltable.h"

typedef struct cal_original_spw {
    int id;          /* in the original */
    int copy;        /* window of the working copy whose solutions it gets */
    char *continuum; /* its channels without lines, "3~5;7"; NULL: not known */
} cal_original_spw;

typedef struct cal_original_table {
    char *path;        /* as it can be opened */
    char *use;         /* what is applied: the same, or a copy with the original's ids */
    bool renumbered;   /* use is to be written first: cal_original_renumber() */
    int *spwmap, spws; /* by window of the original */
    char *interp;
} cal_original_table;

/* One target in one MeasurementSet. */
typedef struct cal_original {
    char *vis, *target, *band, *applymode;
    int *field, fields; /* ids in the original */
    cal_words names;    /* [fields] */
    cal_original_spw *spw;
    int spws;
    cal_original_table *table;
    int tables; /* 0: nothing was accepted, the data stay as they are */
    cal_words notes;
} cal_original;

typedef struct cal_originals {
    cal_original *item;
    int count;
} cal_originals;

/* Of all targets of the state. Copies of tables with other ids go to `folder`, or (NULL) beside the tables. `from`: where relative paths are
 * looked for that do not exist in the current folder; NULL: nowhere. CAL_INPUT for data or tables that are missing or do not belong
 * together. Freed by the caller, after an error too. */
cal_status cal_originals_find(jv state, const char *from, const char *folder,
                              cal_originals *originals, cal_error *err);
void cal_originals_free(cal_originals *originals);

/* Write table->use, replacing one that is there. */
cal_status cal_original_renumber(const cal_original *original, const cal_original_table *table,
                                 cal_error *err);
/* Are the antennas of the solutions those with the same ids in the data, by name? */
bool cal_original_same_antennas(const cal_caltable *table, const cal_meta *meta);

/* ---- the same as texts (original_text.c); lines end with a newline ---- */

cal_words cal_original_argv(const cal_original *original);             /* applycal ... */
void cal_original_shell(const cal_original *original, cal_buf *out);   /* our applycal */
void cal_original_casa(const cal_original *original, cal_buf *out);    /* CASA's applycal() */
void cal_original_library(const cal_original *original, cal_buf *out); /* CASA's cal-library */
/* uvcontsub() of the MeasurementSet of item `first` for all its targets whose continuum is known; nothing where there is none. */
void cal_original_uvcontsub(const cal_originals *originals, int first, cal_buf *out);
jv cal_original_json(const cal_original *original);

#endif
