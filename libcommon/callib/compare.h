/* Where do two libraries differ? */
#ifndef CAL_CALLIB_COMPARE_H
#define CAL_CALLIB_COMPARE_H

#include "callib/view.h"

/* Lines of the cells of set `vis` on which two books of one library differ, with what each has there: boxes that are
 * disjoint and hold such cells only. Returns how many cells these are. */
long cal_book_compare(const cal_library *library, const cal_book *first, const cal_book *second,
                      int vis, const char *title, cal_view *rows);

/* For people: leaves in each pair of lists what the other one lacks. Lists that differ in their order only stay whole. */
void cal_view_reduce(cal_view *view);

#endif
