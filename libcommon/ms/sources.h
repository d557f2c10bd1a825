/* The subtable SOURCE, for the few that ask for it. */
#ifndef CAL_MS_SOURCES_H
#define CAL_MS_SOURCES_H

#include "base/error.h"
#include "table/table.h"

typedef struct cal_source {
    char *name, *code;
    int source_id, spw; /* spw -1: any */
    double direction[2];
} cal_source;

/* Its rows. */
typedef struct cal_sources {
    cal_source *row;
    int count;
} cal_sources;

/* `table` is SOURCE, open. */
cal_status cal_sources_read(cal_table *table, cal_sources *sources, cal_error *err);
/* SOURCE of an MS; none where it has none. */
cal_status cal_sources_load(const cal_table *ms, cal_sources *sources, cal_error *err);
void cal_sources_free(cal_sources *sources);

/* Is there a row with this id? Returns the first one, or NULL. */
const cal_source *cal_sources_find(const cal_sources *sources, int source_id);

#endif
