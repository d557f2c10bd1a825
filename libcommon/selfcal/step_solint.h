/* For step_solint.c and its neighbours: one solution interval while it is worked on. */
#ifndef CAL_SELFCAL_STEP_SOLINT_H
#define CAL_SELFCAL_STEP_SOLINT_H

#include "selfcal/step_closure.h"
#include "selfcal/step_parts.h"

typedef struct cal_solint {
    jv entry; /* of target.solints */
    int index, count;
    const char *name; /* lives as long as the entry */
    bool amplitude, next_is_amplitude;
    bool told; /* solved against settings.start_model */
    int pass;  /* above 1: solved again, with a better model */
    int number; /* in the names of images; each way that is tried has its own, counted over all pieces */
    char **mask;
    int fields, blocks;
    cal_pictures prior;
    cal_closure closure;    /* of its model, where that tells */
    cal_solution_set *sets; /* [blocks] */
} cal_solint;

/* One way of solving that was applied and imaged. */
typedef struct cal_way {
    const char *name; /* chosen, combinespw, per_spw, passed_through */
    int *chosen;      /* [blocks] of the sets */
    cal_pictures post;
    cal_verdict verdict;
    double flagged; /* fraction */
    jv solutions;
} cal_way;

/* ---- step_ladder.c: target.solints, and what comes next ---- */

enum { CAL_SECOND_PASS = 2 };

jv cal_solint_at(const cal_work *work, int index);
int cal_solint_count(const cal_work *work);
void cal_solint_set(cal_work *work, int index, const char *key, jv value);
bool cal_solint_is_amplitude(jv entry);
int cal_first_amplitude(const cal_work *work, int from); /* -1: there is none */
/* From this interval on; `helped`: it was accepted and the S/N rose, `bad`: shorter ones will not do. */
void cal_go_on(cal_work *work, const cal_solint *at, bool helped, bool bad, const char *reason);

/* ---- step_solint.c ---- */

/* Ways that were tried so far: images are numbered by them. */
int cal_count_ways(const cal_work *work);

/* ---- step_ways.c ---- */

cal_picture_wish cal_solint_wish(const cal_work *work, const cal_solint *at, int way, char *step,
                                 size_t size);
/* All blocks together: numbers add up, scatters are means of squares by number. */
cal_solution_facts cal_solint_facts(const cal_solint *at);
/* The solutions applied and imaged in one way after the other; the best is left in the sets. *tried is a list of all. */
cal_status cal_try_ways(cal_work *work, cal_solint *at, cal_way *best, jv *tried, cal_error *err);
bool cal_way_is_taken(const cal_way *way);
/* Does a way that was tried later replace the best so far, or none (no name)? */
bool cal_way_is_better(const cal_way *way, const cal_way *best,
                       const cal_selfcal_settings *settings);
void cal_way_free(cal_way *way);

#endif
