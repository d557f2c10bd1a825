/* For chain*.c only: terms, the solutions they choose, and what is cached for each thread. */
#ifndef CAL_CAL_CHAIN_PARTS_H
#define CAL_CAL_CHAIN_PARTS_H

#include "base/text.h"
#include "cal/caltable.h"
#include "cal/chain.h"
#include "cal/interp.h"
#include "cal/jones.h"

/* ---- solutions as time series (chain_series.c) ---- */

/* What a series is of. -1 in field, observation and scan where they are not kept apart. */
typedef struct cal_series_key {
    int spw, antenna, field, observation, scan;
} cal_series_key;

typedef struct cal_series_entry {
    cal_series_key key;
    cal_series series;
    int64_t first; /* of its rows in the index */
} cal_series_entry;

typedef struct cal_series_index {
    cal_series_entry *entry; /* sorted by key */
    int entries;
    int64_t *row; /* rows of the table, series after series */
    float *time;
    double *turns; /* PD: whole turns of the phase since the first solution, rad; like the table's
                      elements. NULL otherwise */
    uint8_t *has_spw; /* [spw of the table]: there is any series */
} cal_series_index;

/* Which columns tell series apart, and which rows take part. */
typedef struct cal_series_rule {
    bool by_field, by_observation, by_scan, track_turns;
    const uint8_t *fields; /* [field of the table] rows to use; NULL: all */
} cal_series_rule;

struct cal_term;
void cal_series_build(const struct cal_term *term, const cal_series_rule *rule,
                      cal_series_index *index);
void cal_series_free(cal_series_index *index);
const cal_series_entry *cal_series_find(const cal_series_index *index, cal_series_key key);

/* ---- terms (chain_term.c, chain_patch.c) ---- */

/* How one table serves a part of the data: a command line has one patch for each table, a cal
 * library one for each of its lines. */
typedef struct cal_patch {
    cal_interp interp;
    int *spw_map;                                   /* by MS spw; -1: the table has none */
    int *field_map, *observation_map, *antenna_map; /* by MS id, or NULL */
    uint8_t *fields, *spws, *observations, *states; /* data served, by id; NULL: all */
    uint8_t *antennas;                              /* likewise */
    const cal_chain_cells *cells;                   /* or all of that to the cell; the item's */
    cal_series_index index;
} cal_patch;

typedef struct cal_term {
    const cal_chain_item *item;
    cal_caltable *table;
    const cal_jones_type *type;
    bool calwt;
    cal_patch *patch;
    int patches;
    float *value, *phase;   /* of every parameter: amplitude and phase, or the value and NULL */
    double *pivot;          /* delays: Hz, by spw of the table */
    uint8_t *second_hand;   /* by spw of the table: there is any good solution of the second hand */
    int64_t good, unusable; /* parameters: unflagged; of these, zero or not a number */
    cal_words warnings;
} cal_term;

cal_status cal_term_open(const cal_chain_item *item, const cal_meta *meta, bool ignore_names,
                         cal_term *term, cal_error *err);
cal_status cal_term_add_patch(cal_term *term, const cal_chain_item *item, const cal_meta *meta,
                              cal_error *err);
void cal_term_free(cal_term *term);

/* Names, positions, fields of table and MS; CAL_INPUT for antennas of other names
 * (chain_check.c). */
cal_status cal_term_check(cal_term *term, const cal_meta *meta, bool ignore_names, cal_error *err);

/* What the data of one row need. */
typedef struct cal_chain_key {
    int dd, field, scan, observation, state;
    double time;
} cal_chain_key;

/* The patch that serves the data, or NULL when they pass the table unchanged. *antennas marks those that it is for; NULL: all. */
const cal_patch *cal_term_patch(const cal_term *term, const cal_meta *meta,
                                const cal_chain_key *key, const uint8_t **antennas);

/* What a term does to all antennas at one time. */
typedef struct cal_term_gains {
    const cal_patch *patch;
    const uint8_t *antennas; /* all others have gains of 1 */
    cal_series_key key;      /* antenna -1: all */
    int dd;
    double from, to;       /* MJD s: valid between these */
    int nchan;             /* 1 or that of the data */
    float complex *factor; /* [antenna][nchan][2] */
    uint8_t *bad;          /* [antenna][nchan][2] */
    uint8_t *any_bad;      /* [antenna] */
    double *weight;        /* [antenna][2] */
    double *tsys;          /* [antenna][nchan][2] weights per channel; Tsys tables only */
} cal_term_gains;

typedef struct cal_term_scratch {
    double *value, *phase, *work; /* solution channels */
    uint8_t *flag;
    double *data_value, *data_phase; /* data channels */
    uint8_t *data_flag;
} cal_term_scratch;

void cal_term_evaluate(const cal_term *term, const cal_patch *patch, const uint8_t *antennas,
                       const cal_meta *meta, const cal_chain_key *key, cal_term_gains *gains,
                       cal_term_scratch *scratch, uint8_t *missing_antenna);

/* ---- the chain (chain.c, chain_slot.c, chain_apply.c) ---- */

/* Diagonal terms that follow one another are multiplied beforehand; leakage stands alone. */
typedef struct cal_stage {
    bool leakage;
    int first, end; /* terms */
} cal_stage;

/* Stage `s` of a slot: what the data of a row are multiplied by is left[antenna1] times the
 * conjugate of right[antenna2]; both [antenna][nchan][corr]. Leakage: left is [antenna][nchan][2].
 */
typedef struct cal_slot_stage {
    int nchan;
    float complex *left, *right; /* right is left where no cross hands are */
} cal_slot_stage;

typedef struct cal_slot_flags {
    bool used;               /* the term has a say here */
    const uint8_t *antennas; /* for these; NULL: all */
    int nchan;
    uint8_t *bad;     /* [antenna][nchan][2]; NULL when nothing is */
    uint8_t *any_bad; /* [antenna] */
} cal_slot_flags;

/* The chain at one time, for one data description. */
typedef struct cal_slot {
    bool filled, missing;
    uint8_t *missing_antenna; /* [antenna]: baselines with these are missing; NULL: none are */
    cal_chain_key key;
    cal_slot_stage *stage;
    cal_slot_flags *flags; /* by term */
    /* Factors on weights: of WEIGHT; of WEIGHT_SPECTRUM, alike in all channels; and what Tsys adds
     * to that channel by channel, [antenna][nchan][2] or NULL. */
    double *weight, *spectral_weight; /* [antenna][2] */
    double *tsys;
} cal_slot;

typedef struct cal_term_count {
    int64_t data, flagged_in, flagged_out;
    uint8_t *missing_spw;     /* [spw of the MS] */
    uint8_t *missing_antenna; /* [spw of the MS][antenna] */
} cal_term_count;

typedef struct cal_chain_worker {
    cal_term_gains *gains; /* [term][dd] */
    cal_term_scratch scratch;
    cal_slot *slot;
    cal_term_count *count; /* by term */
    uint8_t *seen;         /* [antenna]: there were rows with it */
} cal_chain_worker;

struct cal_chain {
    const cal_meta *meta;
    cal_term *term; /* in the order of application */
    int terms;
    cal_stage *stage;
    int stages;
    bool calwt;
    int jobs, slots; /* threads; slots of each */
    cal_chain_worker *worker;
};

/* Corr `corr` of a data description: the hands of its two antennas. */
int cal_chain_hand(const cal_meta *meta, int dd, int corr, int which);

void cal_workers_make(cal_chain *chain, int jobs);
void cal_workers_free(cal_chain *chain);
/* The slot for a row, made when it is not there. */
const cal_slot *cal_slot_get(cal_chain *chain, int worker, const cal_chain_key *key);

#endif
