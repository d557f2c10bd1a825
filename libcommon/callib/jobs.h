/* A book as runs of applycal: the data of one set in disjoint parts, each with its tables. */
#ifndef CAL_CALLIB_JOBS_H
#define CAL_CALLIB_JOBS_H

#include "base/json.h"
#include "base/text.h"
#include "callib/join.h"
#include "callib/listing.h"

typedef struct cal_job_table {
    int calibration; /* of the library */
    char *antenna;   /* the only ones that it is meant for; NULL: all */
} cal_job_table;

/* What a pattern of the join's map needs on any antenna, in the order of the lists; the caller frees it. */
cal_job_table *cal_job_tables(cal_join *join, int pattern, int *tables);
void cal_job_tables_free(cal_job_table *table, int tables);

typedef struct cal_job {
    const cal_vis *vis;
    char *field, *spw, *intent; /* as options of applycal; "": all */
    cal_job_table *table;
    int tables;
} cal_job;

typedef struct cal_jobs {
    cal_job *item;
    int count;
} cal_jobs;

/* The parts of a map, appended to the jobs. A baseline needs the tables of both its antennas, so a part holds all antennas, and what is meant
 * for some of them is said table by table. CAL_DATA as cal_mode_map_make(), and for an OBS_MODE that no selection tells from others. */
cal_status cal_jobs_make(const cal_library *library, const cal_map *map, bool strict,
                         cal_jobs *jobs, cal_error *err);
void cal_jobs_free(cal_jobs *jobs);

/* Lines of commands for sh; a fragment of a Makefile with a target for each part and `apply` for all; NDJSON. */
void cal_jobs_write_shell(const cal_library *library, const cal_jobs *jobs, cal_buf *out);
void cal_jobs_write_make(const cal_library *library, const cal_jobs *jobs, cal_buf *out);
void cal_jobs_write_json(const cal_library *library, const cal_jobs *jobs, cal_buf *out);

#endif
