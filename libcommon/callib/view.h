/* Lines of listings put together from several sets, for programs (JSON) and for people (a table). */
#ifndef CAL_CALLIB_VIEW_H
#define CAL_CALLIB_VIEW_H

#include "callib/book.h"
#include "callib/listing.h"

/* Data of one set and their calibrations; a comparison has two lists. */
typedef struct cal_view_row {
    const char *title; /* of the book: "active", "applied" */
    int vis;
    cal_box box;
    cal_list list, second;
} cal_view_row;

typedef struct cal_view {
    cal_view_row *item;
    int count;
} cal_view;

void cal_view_add(cal_view *rows, cal_view_row row); /* takes box and lists */
/* The lines of a listing; takes its boxes. */
void cal_view_add_listing(cal_view *rows, const char *title, int vis, const cal_map *map,
                          cal_listing *listing);
void cal_view_free(cal_view *rows);

/* As JSON text: [{"vis", "antenna", "spw", "field", "fields", "intent", "calibrations": [...]}], types of calibrations
 * as the book has them. Without a book the rows are a comparison: [{"book", "vis", ..., "first": [...],
 * "second": [...]}]. */
void cal_view_json(const cal_view *rows, const cal_library *library, const cal_book *book,
                   cal_buf *out);

/* A table of the rows in which calibrations are numbers, and one of what the numbers mean. A blank is "all". */
void cal_view_print(const cal_view *rows, const cal_library *library, bool comparison,
                    cal_buf *out);

cal_list cal_list_copy(const cal_list *list);
/* How many cells have calibrations. */
long cal_map_cells(const cal_map *map);

#endif
