/* The listing: the cells of a map as few lines, each a box and the list that all its cells have.
 *
 * The lines are disjoint and cover every cell that has a calibration, once, and no cell that has none or other ones. Combinations
 * without data may lie inside of a box when that saves lines; not so under `strict`.
 * Finding the fewest lines is a hard problem (covering with boxes); callibrary 4.4 and the .c file tell what is done.
 */
#ifndef CAL_CALLIB_LISTING_H
#define CAL_CALLIB_LISTING_H

#include "callib/map.h"

typedef struct cal_line {
    cal_box box;
    int list; /* of the map */
} cal_line;

typedef struct cal_listing {
    cal_line *line; /* sorted by first antenna, spw, field, intent */
    int count;
} cal_listing;

/* Lines of all lists but the empty one. */
cal_listing cal_listing_make(const cal_map *map, bool strict);
/* Lines of list 0: the data that have no calibration; those in the regions of set number `vis` (NULL: all). */
cal_listing cal_listing_uncalibrated(const cal_map *map, const cal_regions *where, int vis,
                                     bool strict);
void cal_listing_free(cal_listing *listing);

/* The NRAO pipeline's own consolidation (callibrary 4.2), right or wrong, in a fixed order. */
cal_listing cal_listing_pipeline(const cal_map *map);

/* Does a listing say what the map says? Otherwise the first fault in words ("covers field 3, spw 0, intent TARGET, antenna 0, which
 * has no calibration", ...), for the caller to free. NULL: it does. */
char *cal_listing_fault(const cal_listing *listing, const cal_map *map);

/* Boxes for a set of cells given as bits: in[t * words + ...], `words` 64-bit words of antennas for each triple. Appended to
 * *regions for set number `vis`. */
void cal_cover_cells(const cal_vis *set, const uint64_t *in, int vis, cal_regions *regions);

#endif
