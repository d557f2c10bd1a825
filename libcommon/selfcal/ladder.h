/* The solution intervals that self-calibration goes down, and the seconds behind each name (selfcal 1.2).
 *
 * S is the median duration of the target's scans, t the longest integration time. From S on, intervals are divided by
 * d = (S/t)^(1/n), rounded, at least 2, until they come near t; each is a whole number of integrations, moved by up to two where
 * fewer scans then end in a piece that is shorter than the interval. */
#ifndef CAL_SELFCAL_LADDER_H
#define CAL_SELFCAL_LADDER_H

#include "base/error.h"
#include <stdbool.h>

/* What is known of a target's scans; a scan's time is divided by the number of the target's fields in it. */
typedef struct cal_ladder_facts {
    const double *scan; /* [scans] durations in s, those of all execution blocks */
    int scans;
    int scans_per_block; /* the most that an execution block has */
    double integration;  /* s */
    double block; /* start of the first to start of the last scan, median over the blocks, s */
    double step;  /* median start to start, s; NaN with one scan per block */
    bool mosaic;
    bool calibrator_scans; /* the data tell when the phase calibrator was looked at */
    bool one_group; /* of scans between calibrators could not be told: VLA without calibrator */
} cal_ladder_facts;

typedef struct cal_ladder_wish {
    int rungs;          /* n: 4, VLBA 6 */
    double longest;     /* of a piece of an execution block, s: 4500 */
    bool amplitude;     /* do_amp_selfcal */
    bool short_amps;    /* the ladder once more for amplitudes */
    bool delay;         /* do_delay_cal */
    bool is_calibrator; /* no inf_EB */
} cal_ladder_wish;

enum { CAL_LADDER_MOST = 64, CAL_SOLINT_TEXT = 24 };

typedef struct cal_rung {
    char solint[CAL_SOLINT_TEXT];   /* inf_EB, inf, 70.00s, int, inf_ap */
    char interval[CAL_SOLINT_TEXT]; /* what gaincal is given: inf, 5400s, 70.00s, int */
    bool amplitude;                 /* solmode ap, else p */
    bool delay;
    bool combine_scans;  /* gaincal combines scans */
    bool combine_fields; /* and in a mosaic its fields */
    double seconds;      /* of the interval; 0: as long as the scan or the execution block is */
} cal_rung;

typedef struct cal_ladder {
    cal_rung rung[CAL_LADDER_MOST];
    int rungs;
} cal_ladder;

void cal_ladder_make(const cal_ladder_facts *facts, const cal_ladder_wish *wish,
                     cal_ladder *ladder);

/* A ladder by names, "inf_EB,inf,30s,int,inf_ap". CAL_USAGE for what is no interval, for a phase after an amplitude, and for a
 * name twice. */
cal_status cal_ladder_parse(const char *text, const cal_ladder_facts *facts,
                            const cal_ladder_wish *wish, cal_ladder *ladder, cal_error *err);

/* Whole integrations in an interval of about `wanted`, so that few scans end in a short piece. */
int cal_ladder_integrations(int wanted, const double *scan, int scans, double integration);
/* Into how many pieces an execution block of so many seconds is divided for inf_EB, 1 or more. */
int cal_ladder_pieces(double block, double longest);

#endif
