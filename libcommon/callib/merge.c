/* Libraries put together, or one taken from another. */
#include "base/mem.h"
#include "callib/book.h"
#include <string.h>

static int find_same_name(const cal_library *library, const cal_vis *vis)
{
    for (int i = 0; i < library->viss; i++)
        if (!strcmp(library->vis[i]->name, vis->name))
            return i;
    return -1;
}

static cal_vis *copy_vis(const cal_vis *vis)
{
    cal_vis *copy = NULL;
    jv document = cal_vis_json(vis);
    cal_vis_from_json(document, &(cal_place){.name = vis->name}, &copy, NULL);
    jv_free(document);
    return copy;
}

/* number[i]: the other library's set i here; -1 where it is not here and not wanted. */
static cal_status number_sets(cal_library *library, const cal_library *other, bool adding,
                              int *number, cal_error *err)
{
    for (int i = 0; i < other->viss; i++) {
        number[i] = find_same_name(library, other->vis[i]);
        if (number[i] >= 0 && !cal_vis_same(library->vis[number[i]], other->vis[i]))
            return cal_fail(err, CAL_INPUT,
                            "%s is not the same set in both libraries (antennas, spws, fields, or "
                            "which data it has)",
                            other->vis[i]->name);
        if (number[i] >= 0 || !adding)
            continue;
        number[i] = library->viss;
        if (cal_library_add_vis(library, copy_vis(other->vis[i]), err))
            return err->status;
    }
    return CAL_OK;
}

/* The registrations of another library's book in the numbers of this one. */
static cal_book translate(cal_library *library, const cal_library *other, const cal_book *book,
                          const int *number)
{
    cal_book result = {0};
    for (int i = 0; i < book->count; i++) {
        const cal_registration *at = &book->item[i];
        cal_regions data = {0};
        for (int j = 0; j < at->data.count; j++)
            if (number[at->data.item[j].vis] >= 0)
                cal_regions_add(&data, number[at->data.item[j].vis],
                                cal_box_copy(&at->data.item[j].box));
        int calibration = cal_library_calibration(library, &other->calibration[at->calibration]);
        cal_book_add(library, &result, calibration, at->caltype, at->origin, data);
    }
    return result;
}

static void merge_book(cal_library *library, cal_book *book, cal_book *other, bool minus)
{
    if (minus)
        cal_book_subtract(library, book, other);
    else
        cal_book_append(library, book, other);
    cal_book_free(other);
}

cal_status cal_library_merge(cal_library *library, const cal_library *other, bool minus,
                             cal_error *err)
{
    int *number = CAL_NEW_ARRAY(int, other->viss);
    cal_status status = number_sets(library, other, !minus, number, err);
    if (!status) {
        cal_book active = translate(library, other, &other->active, number);
        cal_book applied = translate(library, other, &other->applied, number);
        merge_book(library, &library->active, &active, minus);
        merge_book(library, &library->applied, &applied, minus);
        cal_library_match_spws(library);
    }
    free(number);
    return status;
}
