/* New ids for old ones: what a selection leaves of each subtable, and in which order. */
#ifndef CAL_MS_REINDEX_H
#define CAL_MS_REINDEX_H

#include "ms/meta.h"
#include "ms/select.h"
#include "ms/sources.h"
#include <stdbool.h>

typedef struct cal_id_map {
    int *to;   /* [count] new id of an old one, -1: gone */
    int *from; /* [kept] old id of a new one */
    int count, kept;
    bool all; /* nothing changes */
} cal_id_map;

/* Negative ids ("none", "any") are always kept and stay what they are; so are all ids of a map that
 * changes nothing, even those that the table does not have. */
bool cal_id_kept(const cal_id_map *map, int id);
int cal_id_new(const cal_id_map *map, int id);

/* CASA's rule (fields_ms 4.5): spws and data descriptions always follow the selection, in the order
 * of the spw expression; antennas, fields, states, observations and arrays only where their own
 * option was given. */
typedef struct cal_reindex {
    cal_id_map antenna, spw, dd, field, source, state, observation, array;
} cal_reindex;

/* `antennas` is a selection of the antenna expression alone (NULL: none was given): the antennas
 * that stay are those that are on any baseline which it allows. `arrays` are the ids of the arrays
 * that stay, ascending (count 0: all). `reindex` false: all ids stay. */
cal_reindex cal_reindex_make(const cal_selection *selection, const cal_selection *antennas,
                             const int *arrays, int array_count, const cal_meta *meta,
                             const cal_sources *sources, bool reindex);
void cal_reindex_free(cal_reindex *maps);

#endif
