/* Sets of cells of one data set, a bit for each; the exact form behind the boxes. For the .c files of callib. */
#ifndef CAL_CALLIB_CELLSET_H
#define CAL_CALLIB_CELLSET_H

#include "callib/vis.h"

/* word[t * words ...]: the antennas of triple t. */
typedef struct cal_cellset {
    const cal_vis *vis;
    uint64_t *word;
    int words;
} cal_cellset;

cal_cellset cal_cellset_make(const cal_vis *vis); /* none */
void cal_cellset_free(cal_cellset *cells);
void cal_cellset_add(cal_cellset *cells, const cal_box *box);
void cal_cellset_remove(cal_cellset *cells, const cal_cellset *other);
void cal_cellset_intersect(cal_cellset *cells, const cal_cellset *other);
bool cal_cellset_empty(const cal_cellset *cells);

/* The first triple that both boxes hold, on an antenna that both hold; -1: they have no cell in common. */
int cal_box_common_triple(const cal_vis *vis, const cal_box *a, const cal_box *b);

#endif
