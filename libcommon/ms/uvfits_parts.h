/* What the files of the UVFITS reader share. */
#ifndef CAL_MS_UVFITS_PARTS_H
#define CAL_MS_UVFITS_PARTS_H

#include "ms/uvfits.h"
#include "table/table.h"

/* uvfits_tables.c: the tables behind the groups, after the primary header has been read. */
cal_status cal_uvfits_read_tables(cal_uvfits *uvfits, cal_error *err);
/* uvfits_antennas.c: the AIPS AN table that the file stands at, of array number `array` from 0. */
cal_status cal_uvfits_read_antennas(cal_uvfits *uvfits, int array, cal_error *err);
cal_status cal_uvfits_column(fitsfile *file, const char *name, int *column, long *width);
void cal_uvfits_trim(char *text);

/* uvfits_group.c: what a group says of itself, in the ids of the MS. */
typedef struct cal_uvfits_group {
    int array, antenna1, antenna2, field, setup, source, freqsel;
    double time;
} cal_uvfits_group;

double cal_uvfits_value(const cal_uvfits_param *param, const double *raw);
/* `raw`: the parameters of group `number` from 0. CAL_INPUT for what the tables do not know. */
cal_status cal_uvfits_read_group(const cal_uvfits *uvfits, const double *raw, int64_t number,
                                 cal_uvfits_group *to, cal_error *err);

/* uvfits_subtables.c */
cal_status cal_uvfits_subtables(const cal_uvfits *uvfits, const cal_uvfits_options *options,
                                cal_table *ms, cal_error *err);
cal_status cal_uvfits_time_range(cal_table *ms, double start, double end, cal_error *err);

/* uvfits_rows.c */
cal_status cal_uvfits_rows(cal_uvfits *uvfits, const cal_uvfits_options *options, cal_table *ms,
                           cal_uvfits_counts *counts, cal_error *err);

#endif
