/* Applying calibration: a chain of tables, prepared once for an MS, applied to blocks of the visibility stream.
 *
 * Rules and their measured residuals: caltables 2. The chain is a stage: applycal, ms-split --gaintable and gaincal's prior
 * calibration use it alike. Terms are interpolated per (spw, antenna, time), cached per time, and combined in CASA's order
 * whatever the order of the list.
 */
#ifndef CAL_CAL_CHAIN_H
#define CAL_CAL_CHAIN_H

#include "base/error.h"
#include "base/option.h"
#include "ms/block.h"
#include "ms/meta.h"
#include <jv.h>
#include <stdbool.h>

/* One table of the command line with what belongs to it; see CAL_CHAIN_OPTIONS. */
typedef struct cal_chain_item {
    const char *gaintable;
    const char *gainfield; /* "", a selection of the table's fields, or "nearest" */
    const char *interp;    /* "linear", "nearest,linearflag", ... */
    int *spwmap;           /* by MS spw */
    int spwmaps;
    bool calwt;
} cal_chain_item;

typedef struct cal_chain_list {
    cal_chain_item *item;
    int count;
} cal_chain_list;

/* --gaintable starts an item; --gainfield, --interp, --spwmap and --calwt belong to the table before them. */
cal_status cal_chain_add_table(void *list, const char *text, cal_error *err);
cal_status cal_chain_set_gainfield(void *list, const char *text, cal_error *err);
cal_status cal_chain_set_interp(void *list, const char *text, cal_error *err);
cal_status cal_chain_set_spwmap(void *list, const char *text, cal_error *err);
cal_status cal_chain_set_calwt(void *list, const char *text, cal_error *err);
/* --callib FILE: read a cal library file into the list; CASA's cal-library text. */
cal_status cal_chain_set_callib(void *list, const char *text, cal_error *err);

#define CAL_CHAIN_OPTIONS(list)                                                                    \
    CAL_HEADING("Calibration to apply (each option belongs to the --gaintable before it)"),        \
        {"gaintable", 'g',                                                                         \
         CAL_EACH,    "TABLE",                                                                     \
         &(list),     "calibration table; may be given several times",                             \
         0,           cal_chain_add_table},                                                        \
        {"gainfield", 0,                                                                           \
         CAL_EACH,    "SEL",                                                                       \
         &(list),     "use its solutions of these fields only, or of the nearest one",             \
         "nearest",   cal_chain_set_gainfield},                                                    \
        {"interp",                                                                                 \
         0,                                                                                        \
         CAL_EACH,                                                                                 \
         "T[,F]",                                                                                  \
         &(list),                                                                                  \
         "interpolation in time and frequency [linear,linear]",                                    \
         "nearest linear cubic nearestPD linearPD linearperobs linearperscan",                     \
         cal_chain_set_interp},                                                                    \
        {"spwmap", 0,                                                                              \
         CAL_EACH, "LIST",                                                                         \
         &(list),  "for each spw of the data the spw of the table: 0,0,1",                         \
         0,        cal_chain_set_spwmap},                                                          \
        {"calwt",      0,                                                                          \
         CAL_EACH,     "BOOL",                                                                     \
         &(list),      "calibrate the weights too [true]",                                         \
         "true false", cal_chain_set_calwt},                                                       \
    {                                                                                              \
        "callib", 0, CAL_EACH, "FILE", &(list),                                                    \
            "tables and their rules from a CASA cal-library file", 0, cal_chain_set_callib         \
    }

typedef struct cal_chain cal_chain;

cal_status cal_chain_open(const cal_chain_list *list, const cal_meta *meta, cal_chain **chain,
                          cal_error *err);
void cal_chain_free(cal_chain *chain);
void cal_chain_list_free(cal_chain_list *list);

/* What one call does and counts. */
typedef struct cal_chain_use {
    bool
        strict; /* flag data whose spw has no solutions (calflagstrict) instead of leaving them alone */
    bool only_parallel; /* see caltables 3.1: nothing else than the parallel hands is wanted */
} cal_chain_use;

/* Apply to data[] of a block, in place: `data` [row][chan][corr] is corrected, `flag` gets more flags, `weight` [row][corr] (and
 * `weight_spectrum`, or NULL) are scaled for the tables with calwt: they must hold 1/SIGMA^2 on entry. `missing` [row] (or NULL) is
 * set to 1 for rows whose spw has no solutions in some table: these are left as they are. Safe on different row ranges in several
 * threads, each with a worker number of its own (0..jobs-1, see cal_chain_prepare). */
cal_status cal_chain_apply(cal_chain *chain, const cal_block *block, int64_t first, int64_t end,
                           float complex *data, uint8_t *flag, float *weight,
                           float *weight_spectrum, uint8_t *missing, const cal_chain_use *use,
                           int worker, cal_error *err);
void cal_chain_prepare(cal_chain *chain, int jobs);

bool cal_chain_calibrates_weights(const cal_chain *chain); /* any table with calwt */
/* Per table: type, path, data seen, flags before and after, missing spws and antennas: the report of applycal; a new jv. */
jv cal_chain_report(const cal_chain *chain);

#endif
