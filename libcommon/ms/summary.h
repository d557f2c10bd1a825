/* What MAIN holds: one pass over the scalar columns, whose rows are collected in groups of one scan, field, state and data
 * description. Memory grows with the number of groups and of integrations, not of rows. With a selection only its rows count. */
#ifndef CAL_MS_SUMMARY_H
#define CAL_MS_SUMMARY_H

#include "ms/meta.h"
#include "ms/select.h"
#include <stdint.h>

/* Rows of one (observation, array, scan, field, state, data description). */
typedef struct cal_group {
    int observation, array, scan, field, state, dd;
    int64_t rows, autos; /* all, and those of one antenna with itself */
    double begin, end;   /* outer edges of the first and last interval, MJD s */
    double *time;        /* TIME of each integration, ascending */
    int times, room;
    double interval, exposure; /* sums over the rows, s */
    double first_exposure;     /* of the group's first row */
    uint8_t *antenna;          /* a byte per antenna: has rows */
} cal_group;

/* Scans are numbered from 0 in the order of (observation, array, scan number). */
typedef struct cal_scan {
    int observation, array, scan;
} cal_scan;

/* What rows can be counted and related by. */
typedef enum cal_kind {
    CAL_BY_GROUP,
    CAL_BY_SCAN, /* index into cal_summary.scan */
    CAL_BY_FIELD,
    CAL_BY_STATE,
    CAL_BY_SPW,
    CAL_BY_DD,
    CAL_BY_OBSERVATION,
    CAL_KINDS
} cal_kind;

typedef struct cal_id_list {
    int *id, count;
} cal_id_list;

typedef struct cal_summary {
    int64_t rows, autos; /* chosen rows */
    double begin, end;   /* outer edges in time; 0 without rows */
    cal_group *group;    /* ordered by observation, array, scan, begin, field, state, dd */
    int groups;
    cal_scan *scan;
    int scans;
    cal_id_list arrays;
    int counts[CAL_KINDS];       /* how many ids each kind has */
    int64_t *rows_of[CAL_KINDS]; /* rows by kind and id */
    cal_id_list
        *related[CAL_KINDS]
                [CAL_KINDS]; /* related[a][b][id of a]: ids of b in the same rows, ascending */
    int antennas;
    int64_t *antenna_rows;
    int64_t *baseline_rows; /* [antennas][antennas], lower id first */
} cal_summary;

/* `selection` NULL: all rows. The caller frees the summary. */
cal_status cal_summary_read(cal_table *ms, const cal_meta *meta, const cal_selection *selection,
                            cal_summary **summary, cal_error *err);
void cal_summary_free(cal_summary *summary);

/* The group's spectral window; -1 where its data description does not exist. */
static inline int cal_group_spw(const cal_group *group, const cal_meta *meta)
{
    return group->dd >= 0 && group->dd < meta->dds ? meta->dd[group->dd].spw : -1;
}

/* Ids of kind `wanted` in the rows of `id` of kind `kind`. */
const cal_id_list *cal_summary_related(const cal_summary *summary, cal_kind kind, int id,
                                       cal_kind wanted);
/* The distinct integration times of `id` (of its window `spw` alone unless that is -1), ascending; the caller frees them. */
double *cal_summary_times(const cal_summary *summary, const cal_meta *meta, cal_kind kind, int id,
                          int spw, int *count);
/* The scan that (observation, array, number) is; -1 where there is none. */
int cal_summary_scan(const cal_summary *summary, int observation, int array, int number);

#endif
