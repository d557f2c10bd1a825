#include "callib/query.h"
#include "base/mem.h"
#include <string.h>

/* ---- the part of a book ---- */

static void keep_what_fits(const cal_predicate *predicate, const cal_library *library,
                           cal_book *book)
{
    int kept = 0;
    for (int i = 0; i < book->count; i++) {
        if (cal_predicate_fits(predicate, library, &book->item[i]))
            book->item[kept++] = book->item[i];
        else
            cal_registration_free(&book->item[i]);
    }
    book->count = kept;
}

void cal_query_cut(const cal_query *query, cal_library *library, cal_book *book)
{
    keep_what_fits(query->predicate, library, book);
    cal_book_trim(library, book, query->where);
    cal_terms_ignore(&query->ignored, library, book);
}

/* ---- lines ---- */

static void note_fault(const cal_listing *listing, const cal_map *map, jv *faults)
{
    char *fault = cal_listing_fault(listing, map);
    if (fault)
        cal_json_push(faults, JV_OBJECT(jv_string("vis"), cal_json_text(map->vis->name),
                                        jv_string("fault"), cal_json_text(fault)));
    free(fault);
}

/* How many cells there are in lines that are exact. */
static long cells_of(const cal_listing *listing, const cal_vis *vis)
{
    long cells = 0;
    for (int i = 0; i < listing->count; i++) {
        const cal_box *box = &listing->line[i].box;
        int antennas = cal_idset_count(&box->antenna);
        for (int t = -1; (t = cal_vis_next(vis, box, t)) >= 0;)
            cells += antennas;
    }
    return cells;
}

static void list_set(const cal_query *query, int vis, const cal_map *map, const char *title,
                     cal_answer *answer)
{
    cal_listing listing;
    if (query->uncalibrated)
        listing = cal_listing_uncalibrated(map, query->where, vis, query->strict);
    else if (query->pipeline)
        listing = cal_listing_pipeline(map);
    else
        listing = cal_listing_make(map, query->strict);
    if (query->pipeline && !query->uncalibrated)
        note_fault(&listing, map, &answer->faults);
    answer->cells += query->uncalibrated ? cells_of(&listing, map->vis) : cal_map_cells(map);
    cal_view_add_listing(&answer->view, title, vis, map, &listing);
}

cal_answer cal_query_answer(const cal_query *query, const cal_library *library,
                            const cal_book *book, const char *title)
{
    cal_answer answer = {.faults = jv_array()};
    for (int vis = 0; vis < library->viss; vis++) {
        cal_map *map = cal_map_make(library, book, vis);
        list_set(query, vis, map, title, &answer);
        cal_map_free(map);
    }
    return answer;
}

/* ---- tables ---- */

static bool told_before(const cal_library *library, const cal_book *book, int number)
{
    const cal_registration *own = &book->item[number];
    for (int i = 0; i < number; i++)
        if (!strcmp(library->calibration[book->item[i].calibration].gaintable,
                    library->calibration[own->calibration].gaintable) &&
            !strcmp(book->item[i].caltype, own->caltype))
            return true;
    return false;
}

jv cal_book_tables(const cal_library *library, const cal_book *book)
{
    jv list = jv_array();
    for (int i = 0; i < book->count; i++) {
        const char *gaintable = library->calibration[book->item[i].calibration].gaintable;
        if (!told_before(library, book, i))
            cal_json_push(&list,
                          JV_OBJECT(jv_string("gaintable"), cal_json_text(gaintable),
                                    jv_string("caltype"), cal_json_text(book->item[i].caltype)));
    }
    return list;
}
