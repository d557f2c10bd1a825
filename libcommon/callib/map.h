/* What applies where: the lists of calibrations of all cells of one set. */
#ifndef CAL_CALLIB_MAP_H
#define CAL_CALLIB_MAP_H

#include "callib/library.h"

typedef struct cal_list {
    int *calibration; /* in the order of application, numbers in the library's list */
    int count;
} cal_list;

/* Triples with the same lists on all antennas share a pattern. The cell (antenna, triple t) has the list
 * list[pattern[triple_pattern[t] * antennas + antenna]]. List 0 is the empty one; the others are all different and all in use. */
typedef struct cal_map {
    const cal_vis *vis;
    cal_list *list;
    int lists;
    uint32_t *pattern; /* [patterns][antennas]; antennas that do not exist have list 0 */
    int patterns, antennas;
    uint32_t *triple_pattern; /* [vis->triples] */
} cal_map;

/* The map of a book on set number `vis`. The caller frees it; it refers to the library's set. */
cal_map *cal_map_make(const cal_library *library, const cal_book *book, int vis);
void cal_map_free(cal_map *map);

/* The other way: registrations, as few as can be found, that give exactly these lists, appended to the book with this origin. Types: by calibration
 * number (NULL: unknown). */
void cal_map_register(const cal_map *map, cal_library *library, int vis, cal_book *book,
                      const char *const *caltype, const char *origin);

#endif
