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

/* Data that a table is meant for, to the cell: set[(spw * fields + field) * (states + 1) + state] (rows without state are the last)
 * is 0 where it is not, 1 for all antennas, and n for those that are marked in antenna[n - 2]. */
typedef struct cal_chain_cells {
    int fields, states;
    uint16_t *set;
    uint8_t **antenna;
    int antennas; /* how many such sets */
} cal_chain_cells;

/* One table of the command line with what belongs to it (see CAL_CHAIN_OPTIONS), or one line of a
 * cal library: a table, the data that it is meant for, and how. All texts and arrays are owned. */
typedef struct cal_chain_item {
    char *gaintable;
    char *gainfield; /* "", a selection of the table's fields, or "nearest" */
    char *interp;    /* "linear", "nearest,linearflag", ... */
    int *spwmap;     /* by MS spw */
    int spwmaps;
    bool calwt;
    char *antenna; /* the antennas it is meant for, an expression for them; NULL: all */
    /* calibration libraries */
    int part;               /* items with the same number, if it is not 0, make one term */
    cal_chain_cells *cells; /* the data it is meant for */
    /* CASA's cal libraries */
    bool from_library; /* maps that are too short go on with their last element */
    char *field, *spw, *intent, *observation; /* the data it is meant for; NULL: all */
    int *fldmap, fldmaps, *obsmap, obsmaps, *antmap, antmaps;
} cal_chain_item;

typedef struct cal_chain_list {
    cal_chain_item *item;
    int count;
    int group;                         /* the first item that the last --gaintable made */
    struct cal_chain_library *library; /* of --callib, until it is known for which MS */
    int libraries;
    bool ignore_names; /* antennas by id, even where the names in table and data differ */
} cal_chain_list;

/* --gaintable starts an item (or several: a,b); --gainfield, --interp, --spwmap and --calwt belong
 * to the table before them. */
cal_status cal_chain_add_table(void *list, const char *text, cal_error *err);
cal_status cal_chain_set_gainfield(void *list, const char *text, cal_error *err);
cal_status cal_chain_set_interp(void *list, const char *text, cal_error *err);
cal_status cal_chain_set_spwmap(void *list, const char *text, cal_error *err);
cal_status cal_chain_set_calwt(void *list, const char *text, cal_error *err);
cal_status cal_chain_set_antenna(void *list, const char *text, cal_error *err);
/* --callib FILE: a calibration library (JSON), the pipeline's applycal text, or CASA's cal-library text; "-" is stdin. */
cal_status cal_chain_set_callib(void *list, const char *text, cal_error *err);

/* A new item at the end of the list, for one table; its defaults are CASA's. */
cal_chain_item *cal_chain_list_add(cal_chain_list *list, const char *gaintable);
void cal_chain_list_free(cal_chain_list *list);
bool cal_chain_list_empty(const cal_chain_list *list);

/* Turns the libraries of the list into items, those that their active books have for this MS; to be called before a chain is opened. A
 * library that has nothing for it is CAL_DATA; CAL_INPUT: it is of another set, or of another state of this one. */
cal_status cal_chain_list_resolve(cal_chain_list *list, const cal_meta *meta, cal_error *err);

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
         "T, in time: nearest, linear, cubic, each with PD, perobs or perscan behind it; F, in "   \
         "frequency: nearest, linear, cubic, spline, each with flag or rel behind it "             \
         "[linear,linear]",                                                                        \
         "nearest linear cubic nearest,linear nearest,linearflag linear,linear linear,linearflag", \
         cal_chain_set_interp},                                                                    \
        {"spwmap", 0,                                                                              \
         CAL_EACH, "LIST",                                                                         \
         &(list),  "for each spw of the data the spw of the table: 0,0,1",                         \
         0,        cal_chain_set_spwmap},                                                          \
        {"calwt",      0,                                                                          \
         CAL_EACH,     "BOOL",                                                                     \
         &(list),      "calibrate the weights too [true]",                                         \
         "true false", cal_chain_set_calwt},                                                       \
        {"for-antenna",                                                                            \
         0,                                                                                        \
         CAL_EACH,                                                                                 \
         "SEL",                                                                                    \
         &(list),                                                                                  \
         "apply it to these antennas only, whatever the baseline",                                 \
         0,                                                                                        \
         cal_chain_set_antenna},                                                                   \
        {"callib", 0,                                                                              \
         CAL_EACH, "FILE",                                                                         \
         &(list),  "tables and their data from a library: JSON, applycal or CASA text",            \
         0,        cal_chain_set_callib},                                                          \
    {                                                                                              \
        "ignore-names", 0, CAL_FLAG, NULL, &(list).ignore_names,                                   \
            "apply tables by antenna id, even where their antenna names differ", 0, 0              \
    }

typedef struct cal_chain cal_chain;

/* Reads the tables. CAL_INPUT for a table that is missing, cannot be applied, or does not fit the MS (antennas of other names,
 * a spwmap beyond its spws, a gainfield that it does not have). `meta` must outlive the chain. */
cal_status cal_chain_open(const cal_chain_list *list, const cal_meta *meta, cal_chain **chain,
                          cal_error *err);
void cal_chain_free(cal_chain *chain); /* NULL is fine */

/* Room for `jobs` threads (1 when never called). */
void cal_chain_prepare(cal_chain *chain, int jobs);

/* The arrays of a block that calibration changes, in place. */
typedef struct cal_chain_data {
    float complex *data; /* [row][chan][corr]; NULL: flags and weights only */
    uint8_t *flag;       /* [row][chan][corr], gets more flags */
    float *
        weight; /* [row][corr], scaled for tables with calwt; or NULL. Must hold 1/SIGMA^2 on entry */
    float *weight_spectrum; /* [row][chan][corr] likewise, or NULL */
    uint8_t *
        missing; /* [row]: set to 1 where some table has no solutions for the spw, else 0; or NULL */
    bool
        strict; /* flag rows with missing solutions (calflagstrict) instead of leaving them alone */
} cal_chain_data;

/* Calibrate rows first..end-1 of a block; the arrays are those of the whole block. Safe on different row ranges in several
 * threads, each with a worker number of its own (0..jobs-1). Rows with missing solutions keep data, flags and weights. */
cal_status cal_chain_apply(cal_chain *chain, const cal_block *block, int64_t first, int64_t end,
                           const cal_chain_data *data, int worker, cal_error *err);

bool cal_chain_calibrates_weights(
    const cal_chain *chain); /* any table with calwt that has an effect */
/* Per table: type, path, data seen, flags before and after, missing spws and antennas: the report of applycal; a new jv. */
jv cal_chain_report(const cal_chain *chain);

#endif
