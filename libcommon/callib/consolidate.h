/* The NRAO pipeline's way of joining (callibrary 4.2): leaves, in order, each put into the first
 * entry that it can widen without running over other calibrations. Right or wrong (4.3). */
#ifndef CAL_CALLIB_CONSOLIDATE_H
#define CAL_CALLIB_CONSOLIDATE_H

#include "callib/cover.h"
#include "callib/listing.h"

/* A run of antennas, spws, fields and intents with data that all have one list: what the pipeline's
 * interval trees hold, at their coarsest. */
typedef struct cal_leaf {
    int antenna[2], spw[2], field[2], intent[2]; /* first and last */
    uint32_t list;
} cal_leaf;

typedef struct cal_leaves {
    const cal_cube *cube;
    cal_leaf *leaf; /* by list, then in the order of antenna, spw, field, intent */
    int count;
    int *first;   /* [lists + 1] */
    bool *unseen; /* [antenna][spw][field] classes: leaves that mean "all fields" or "all intents",
                     which the pipeline takes for no obstacle */
} cal_leaves;

cal_leaves *cal_leaves_make(const cal_cube *cube);
void cal_leaves_free(cal_leaves *leaves); /* NULL is fine */

/* The pipeline's entries for a list, as boxes of ids. */
cal_boxes cal_consolidate(const cal_leaves *leaves, uint32_t list);

/* Are boxes of ids disjoint, and do they hold all cells of the list and no others? */
bool cal_boxes_exact(const cal_boxes *boxes, const cal_cube *cube, uint32_t list);

/* Takes the boxes. */
void cal_listing_add(cal_listing *listing, cal_boxes *boxes, int list);
void cal_listing_sort(cal_listing *listing);

#endif
