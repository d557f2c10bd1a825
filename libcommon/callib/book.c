#include "callib/book.h"

#include "base/mem.h"
#include "base/text.h"
#include "callib/cellset.h"
#include "callib/listing.h"
#include <string.h>

/* ---- memory ---- */

void cal_registration_free(cal_registration *registration)
{
    free(registration->caltype);
    free(registration->origin);
    cal_regions_free(&registration->data);
}

void cal_book_free(cal_book *book)
{
    for (int i = 0; i < book->count; i++)
        cal_registration_free(&book->item[i]);
    free(book->item);
    *book = (cal_book){0};
}

static void append(cal_book *book, cal_registration registration)
{
    book->item = cal_grow(book->item, (size_t)book->count + 1, sizeof *book->item);
    book->item[book->count++] = registration;
}

/* The same registration for other data, which it takes. */
static cal_registration with_data(const cal_registration *registration, cal_regions data)
{
    return (cal_registration){registration->calibration, cal_copy_text(registration->caltype),
                              cal_copy_text(registration->origin), data};
}

/* ---- adding ---- */

static void drop_regions_without_data(const cal_library *library, cal_regions *data)
{
    int kept = 0;
    for (int i = 0; i < data->count; i++) {
        cal_region *at = &data->item[i];
        if (cal_idset_empty(&at->box.antenna) ||
            cal_vis_next(library->vis[at->vis], &at->box, -1) < 0)
            cal_box_free(&at->box);
        else
            data->item[kept++] = *at;
    }
    data->count = kept;
}

void cal_book_add(cal_library *library, cal_book *book, int calibration, const char *caltype,
                  const char *origin, cal_regions data)
{
    drop_regions_without_data(library, &data);
    if (data.count)
        append(book, (cal_registration){calibration, cal_copy_text(caltype), cal_copy_text(origin),
                                        data});
    else
        cal_regions_free(&data);
}

void cal_book_append(cal_library *library, cal_book *book, cal_book *other)
{
    for (int i = 0; i < other->count; i++) {
        cal_registration *at = &other->item[i];
        cal_book_add(library, book, at->calibration, at->caltype, at->origin, at->data);
        at->data = (cal_regions){0};
    }
    cal_book_free(other);
}

/* ---- cutting ---- */

static bool any_meets(const cal_regions *a, const cal_regions *b, int vis)
{
    for (int i = 0; i < a->count; i++)
        for (int j = 0; j < b->count; j++)
            if (a->item[i].vis == vis && b->item[j].vis == vis &&
                cal_box_meets(&a->item[i].box, &b->item[j].box))
                return true;
    return false;
}

/* Is every box of a inside of a box of b? Then nothing needs to be cut. */
static bool all_within(const cal_regions *a, const cal_regions *b, int vis)
{
    for (int i = 0; i < a->count; i++) {
        bool within = a->item[i].vis != vis;
        for (int j = 0; j < b->count && !within; j++)
            within = b->item[j].vis == vis && cal_box_within(&a->item[i].box, &b->item[j].box);
        if (!within)
            return false;
    }
    return true;
}

static cal_cellset cells_of(const cal_library *library, const cal_regions *regions, int vis)
{
    cal_cellset cells = cal_cellset_make(library->vis[vis]);
    for (int i = 0; i < regions->count; i++)
        if (regions->item[i].vis == vis)
            cal_cellset_add(&cells, &regions->item[i].box);
    return cells;
}

static void move_regions(cal_regions *from, int vis, cal_regions *to)
{
    for (int i = 0; i < from->count; i++)
        if (from->item[i].vis == vis)
            cal_regions_add(to, vis, cal_box_copy(&from->item[i].box));
}

/* data = inside where + outside; boxes stay as they are where nothing is cut. */
static void cut_vis(const cal_library *library, cal_regions *data, const cal_regions *where,
                    int vis, cal_regions *inside, cal_regions *outside)
{
    if (!any_meets(data, where, vis)) {
        move_regions(data, vis, outside);
        return;
    }
    if (all_within(data, where, vis)) {
        move_regions(data, vis, inside);
        return;
    }
    cal_cellset rest = cells_of(library, data, vis), cut = cells_of(library, where, vis);
    cal_cellset_intersect(&cut, &rest);
    cal_cellset_remove(&rest, &cut);
    if (cal_cellset_empty(&rest)) {
        move_regions(data, vis, inside);
    } else if (cal_cellset_empty(&cut)) {
        move_regions(data, vis, outside);
    } else {
        cal_cover_cells(cut.vis, cut.word, vis, inside);
        cal_cover_cells(rest.vis, rest.word, vis, outside);
    }
    cal_cellset_free(&rest);
    cal_cellset_free(&cut);
}

static void cut(const cal_library *library, cal_regions *data, const cal_regions *where,
                cal_regions *inside, cal_regions *outside)
{
    for (int vis = 0; vis < library->viss; vis++)
        cut_vis(library, data, where, vis, inside, outside);
}

/* Leaves in the book what has data left. */
static void drop_empty(cal_book *book)
{
    int kept = 0;
    for (int i = 0; i < book->count; i++) {
        if (book->item[i].data.count)
            book->item[kept++] = book->item[i];
        else
            cal_registration_free(&book->item[i]);
    }
    book->count = kept;
}

/* ---- removing ---- */

static bool any_glob(const char *patterns, const char *text)
{
    cal_words words = cal_words_split(patterns, ',');
    bool fits = false;
    for (int i = 0; i < words.count && !fits; i++)
        fits = cal_glob(words.item[i], text);
    cal_words_free(&words);
    return fits;
}

static bool table_fits(const char *patterns, const char *gaintable)
{
    char *last = cal_basename(gaintable);
    bool fits = any_glob(patterns, gaintable) || any_glob(patterns, last);
    free(last);
    return fits;
}

bool cal_predicate_empty(const cal_predicate *p)
{
    return !p->gaintable && !p->gainfield && !p->interp && !p->caltype && !p->calwt;
}

cal_status cal_predicate_set_caltype(void *predicate, const char *patterns, cal_error *err)
{
    cal_words words = cal_words_split(patterns, ',');
    cal_status status = words.count ? CAL_OK : cal_caltype_refuse(patterns, err);
    for (int i = 0; i < words.count && !status; i++) {
        bool fits = false;
        for (int k = 0; cal_caltypes[k] && !fits; k++)
            fits = cal_glob(words.item[i], cal_caltypes[k]);
        if (!fits)
            status = cal_caltype_refuse(words.item[i], err);
    }
    cal_words_free(&words);
    ((cal_predicate *)predicate)->caltype = patterns;
    return status;
}

bool cal_predicate_fits(const cal_predicate *predicate, const cal_library *library,
                        const cal_registration *registration)
{
    const cal_calibration *calibration = &library->calibration[registration->calibration];
    const cal_predicate *p = predicate;
    return (!p->gaintable || table_fits(p->gaintable, calibration->gaintable)) &&
           (!p->gainfield || any_glob(p->gainfield, calibration->gainfield)) &&
           (!p->interp || cal_glob(p->interp, calibration->interp)) &&
           (!p->caltype || any_glob(p->caltype, registration->caltype)) &&
           (!p->calwt || !strcmp(p->calwt, calibration->calwt ? "true" : "false"));
}

int cal_book_remove(cal_library *library, cal_book *book, const cal_predicate *predicate,
                    const cal_regions *where, cal_book *taken)
{
    int touched = 0;
    for (int i = 0; i < book->count; i++) {
        cal_registration *at = &book->item[i];
        if (!cal_predicate_fits(predicate, library, at))
            continue;
        cal_regions inside = {0}, outside = {0};
        cut(library, &at->data, where, &inside, &outside);
        touched += inside.count > 0;
        cal_regions_free(&at->data);
        at->data = outside;
        if (taken && inside.count)
            append(taken, with_data(at, inside));
        else
            cal_regions_free(&inside);
    }
    drop_empty(book);
    return touched;
}

/* Where `book` has a calibration, whatever its registrations. */
static cal_regions regions_with(const cal_book *book, int calibration)
{
    cal_regions all = {0};
    for (int i = 0; i < book->count; i++)
        for (int j = 0; book->item[i].calibration == calibration && j < book->item[i].data.count;
             j++)
            cal_regions_add(&all, book->item[i].data.item[j].vis,
                            cal_box_copy(&book->item[i].data.item[j].box));
    return all;
}

void cal_book_subtract(cal_library *library, cal_book *book, const cal_book *other)
{
    for (int i = 0; i < book->count; i++) {
        cal_registration *at = &book->item[i];
        cal_regions where = regions_with(other, at->calibration), inside = {0}, outside = {0};
        cut(library, &at->data, &where, &inside, &outside);
        cal_regions_free(&at->data);
        cal_regions_free(&inside);
        cal_regions_free(&where);
        at->data = outside;
    }
    drop_empty(book);
}

void cal_book_trim(cal_library *library, cal_book *book, const cal_regions *where)
{
    for (int i = 0; i < book->count; i++) {
        cal_registration *at = &book->item[i];
        cal_regions inside = {0}, outside = {0};
        cut(library, &at->data, where, &inside, &outside);
        cal_regions_free(&at->data);
        cal_regions_free(&outside);
        at->data = inside;
    }
    drop_empty(book);
}
