/* The input of the task "image", from what the user wishes and what the data say. */
#ifndef CAL_IMAGE_REQUEST_H
#define CAL_IMAGE_REQUEST_H

#include "image/make.h"
#include "image/plan.h"

typedef struct cal_image_grid {
    int nx, ny;
    double cell;                   /* rad */
    bool size_chosen, cell_chosen; /* from the data, not by the user or a mask */
} cal_image_grid;

/* Checks the wishes, chooses the grid, and makes the input; "name" and "temp_dir" are left to the caller. */
cal_status cal_image_request(const cal_image_job *job, const cal_image_plan *plan,
                             cal_image_grid *grid, jv *input, cal_error *err);

/* The cell in arcsec, without the last bits that come from degrees and back. */
double cal_image_grid_cell(const cal_image_grid *grid);

#endif
