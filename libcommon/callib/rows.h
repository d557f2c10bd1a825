/* Lines of listings put together from several sets, for programs (JSON) and for people (a table). */
#ifndef CAL_CALLIB_ROWS_H
#define CAL_CALLIB_ROWS_H

#include "callib/book.h"
#include "callib/listing.h"

/* Data of one set and their calibrations; a comparison has two lists. */
typedef struct cal_row {
    const char *title; /* of the book: "active", "applied" */
    int vis;
    cal_box box;
    cal_list list, second;
} cal_row;

typedef struct cal_rows {
    cal_row *item;
    int count;
} cal_rows;

void cal_rows_add(cal_rows *rows, cal_row row); /* takes box and lists */
/* The lines of a listing; takes its boxes. */
void cal_rows_add_listing(cal_rows *rows, const char *title, int vis, const cal_map *map,
                          cal_listing *listing);
void cal_rows_free(cal_rows *rows);

/* As JSON text: [{"vis", "antenna", "spw", "field", "fields", "intent", "calibrations": [...]}], types of calibrations
 * as the book has them. Without a book the rows are a comparison: [{"book", "vis", ..., "first": [...],
 * "second": [...]}]. */
void cal_rows_json(const cal_rows *rows, const cal_library *library, const cal_book *book,
                   cal_buf *out);

/* A table of the rows in which calibrations are numbers, and one of what the numbers mean. A blank is "all". */
void cal_rows_print(const cal_rows *rows, const cal_library *library, bool comparison,
                    cal_buf *out);

cal_list cal_list_copy(const cal_list *list);
/* How many cells have calibrations. */
long cal_map_cells(const cal_map *map);

#endif
