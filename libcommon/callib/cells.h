/* Sets of cells of one data set, a bit for each; the exact form behind the boxes. For the .c files of callib. */
#ifndef CAL_CALLIB_CELLS_H
#define CAL_CALLIB_CELLS_H

#include "callib/vis.h"

/* word[t * words ...]: the antennas of triple t. */
typedef struct cal_cells {
    const cal_vis *vis;
    uint64_t *word;
    int words;
} cal_cells;

cal_cells cal_cells_make(const cal_vis *vis); /* none */
void cal_cells_free(cal_cells *cells);
void cal_cells_add(cal_cells *cells, const cal_box *box);
void cal_cells_subtract(cal_cells *cells, const cal_box *box);
void cal_cells_unite(cal_cells *cells, const cal_cells *other);
void cal_cells_remove(cal_cells *cells, const cal_cells *other);
void cal_cells_intersect(cal_cells *cells, const cal_cells *other);
bool cal_cells_empty(const cal_cells *cells);
bool cal_cells_equal(const cal_cells *a, const cal_cells *b);

/* The first triple that both boxes hold, on an antenna that both hold; -1: they have no cell in common. */
int cal_box_common_triple(const cal_vis *vis, const cal_box *a, const cal_box *b);

#endif
