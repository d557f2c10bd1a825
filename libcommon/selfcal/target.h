/* Clean targets: what is imaged and self-calibrated together, a target in one band, over all execution blocks (selfcal 1.0, 1.1).
 *
 * Fields belong to a target by name or, within an arc second, by place; on the VLA fields within a primary beam are one mosaic.
 * Windows of several blocks are the same if name and frequency agree; ids do not matter. */
#ifndef CAL_SELFCAL_TARGET_H
#define CAL_SELFCAL_TARGET_H

#include "selfcal/dataset.h"

/* A window as it is called in all execution blocks. */
typedef struct cal_virtual_spw {
    int number;
    int *id; /* [sets] the window's id in each set, -1 where it is missing */
} cal_virtual_spw;

typedef struct cal_sub_field {
    char *name;
    double direction[2];
    int *id; /* [sets], -1 */
} cal_sub_field;

/* The part of one execution block. */
typedef struct cal_target_block {
    int set;
    int *scan, scans;          /* indices into the set's scans, in order of time */
    double *duration, *fields; /* [scans] s, and how many of the target's fields */
    double time;               /* on source, s */
    double integration;        /* s, median over the scans */
    double median_scan, median_fields;
    double span, step; /* first to last start; median start to start, NaN for one scan; s */
    uint8_t *in;       /* [antennas of the set] it is in one of the scans */
    int antennas;      /* that are */
    double longest;    /* baseline, m */
} cal_target_block;

typedef struct cal_clean_target {
    char *name, *band;
    const char *telescope; /* of the first set */
    bool mosaic;
    cal_sub_field *field;
    int fields;
    const cal_virtual_spw **spw; /* ascending numbers */
    int spws;
    cal_target_block *block;
    int blocks;
} cal_clean_target;

typedef struct cal_target_list {
    cal_virtual_spw *spw; /* of all sets */
    int spws;
    cal_clean_target *target;
    int targets;
    cal_words notes; /* what a reader should know */
} cal_target_list;

typedef struct cal_target_wish {
    const cal_words *fields; /* names or patterns; none: those with the intent TARGET */
    const cal_words *bands;  /* part of a band's name; none: all */
    double overlap;          /* overlap_tol: of the VLA's beam in which fields are a mosaic */
    double most_flagged;     /* a block is left out where more of the field is flagged */
} cal_target_wish;

/* The list refers to the sets, which must live as long. CAL_INPUT for a field or a
 * band that is not there, CAL_DATA when there is no target, with those that there are. */
cal_status cal_targets_find(const cal_dataset *set, int sets, const cal_target_wish *wish,
                            cal_target_list *list, cal_error *err);
void cal_targets_free(cal_target_list *list);

/* The windows of all sets, each with its id in every set; the caller frees them with cal_spws_free(). */
cal_virtual_spw *cal_spws_align(const cal_dataset *set, int sets, int *count);
void cal_spws_free(cal_virtual_spw *spw, int count);

#endif
