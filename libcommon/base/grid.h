/* Columns of text for people: cells are collected first, then printed as wide as the widest of each column. Numbers stand to the
 * right, everything else to the left.
 *
 *     cal_grid grid = {.indent = 2};
 *     cal_grid_row(&grid, "Scan", "Field", NULL);          the heading
 *     cal_grid_row(&grid, "3", "NGC 1", NULL);
 *     cal_grid_print(&grid, out);                          prints and frees
 */
#ifndef CAL_BASE_GRID_H
#define CAL_BASE_GRID_H

#include "base/buf.h"
#include <stdbool.h>

/* Columns of the terminal that the result goes to; 0 where it goes elsewhere, and rows may have any length. */
int cal_page_width(void);

typedef struct cal_grid {
    char **cell; /* [row][column], row 0 is the heading */
    int cells, columns;
    int indent; /* blanks before each row */
    /* Where rows would be longer than `page` (0: any length), the column of this heading keeps the ends of its texts only: of names
     * in a list the ends differ. */
    int page;
    const char *shortened;
    bool
        wraps; /* instead, what is too wide for its column goes on below, after a comma or a blank */
} cal_grid;

/* One row; all rows have as many cells as the first. NULL ends it. */
void cal_grid_row(cal_grid *grid, ...) __attribute__((sentinel));
/* The same with cells one by one; the first call begins a row, the row is complete with the heading's number of cells. */
void cal_grid_cell(cal_grid *grid, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Columns whose cells are all empty are left out; a heading alone is not printed. */
void cal_grid_print(cal_grid *grid, cal_buf *out);

#endif
