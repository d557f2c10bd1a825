/* Libraries with what they should be, and what is left of them on their ways into texts and back. */
#ifndef CAL_FUZZ_CALLIB_STATE_H
#define CAL_FUZZ_CALLIB_STATE_H

#include "base/json.h"
#include "callib/import.h"
#include "callib/listing.h"
#include "callib_model.h"
#include "callib_random.h"
#include <stdio.h>

/* What is counted over all states. */
static struct {
    long states, listings, lines, strict_lines;
    long pipeline_exact, pipeline_wrong, pipeline_lines, ours_there, fewer;
    long round_trips, removals, merges, registered, applycal, casa, casa_refused;
} tally;

static uint64_t seed;
static bool failed;
static const char *doing = "";

static void check(bool passed, const char *what)
{
    if (!passed && !failed)
        printf("# seed %llu, %s: %s\n", (unsigned long long)seed, doing, what);
    failed |= !passed;
}

/* A library and what it should be. */
typedef struct state {
    cal_library *library;
    model active, applied;
    int number[RANDOM_CALIBRATIONS];
} state;

static cal_library *random_library(void)
{
    cal_library *library = cal_library_new();
    cal_library_add_vis(library, random_vis("a.ms"), NULL);
    if (chance(20))
        cal_library_add_vis(library, random_vis("b.ms"), NULL);
    return library;
}

static state state_make(cal_library *library)
{
    state s = {library, model_make(library), model_make(library), {0}};
    make_calibrations(library, s.number);
    return s;
}

static void state_free(state *s)
{
    model_free(&s->active);
    model_free(&s->applied);
    cal_library_free(s->library);
}

static cal_regions copy_regions(const cal_regions *regions)
{
    cal_regions copy = {0};
    for (int i = 0; i < regions->count; i++)
        cal_regions_add(&copy, regions->item[i].vis, cal_box_copy(&regions->item[i].box));
    return copy;
}

static cal_book copy_book(const cal_book *book)
{
    cal_book copy = {CAL_NEW_ARRAY(cal_registration, book->count), book->count};
    for (int i = 0; i < book->count; i++) {
        const cal_registration *one = &book->item[i];
        copy.item[i] = (cal_registration){one->calibration, cal_copy_text(one->caltype),
                                          cal_copy_text(one->origin), copy_regions(&one->data)};
    }
    return copy;
}

/* ---- comparisons ---- */

static int compare_numbers(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void sort_lists(cal_map *map)
{
    for (int l = 1; l < map->lists; l++)
        qsort(map->list[l].calibration, map->list[l].count, sizeof(int), compare_numbers);
}

static bool same_list(const cal_list *a, const cal_list *b)
{
    return a->count == b->count &&
           (!a->count || !memcmp(a->calibration, b->calibration, (size_t)a->count * sizeof(int)));
}

static bool same_map(const cal_map *a, const cal_map *b)
{
    for (int t = 0; t < a->vis->triples; t++) {
        const uint32_t *in_a = a->pattern + a->triple_pattern[t] * (size_t)a->antennas;
        const uint32_t *in_b = b->pattern + b->triple_pattern[t] * (size_t)b->antennas;
        for (int i = 0; i < a->antennas; i++)
            if (!same_list(&a->list[in_a[i]], &b->list[in_b[i]]))
                return false;
    }
    return true;
}

/* The same lists, calibrations by their texts: libraries number them as they come. */
static void check_same_lists(const cal_library *a, const cal_book *in_a, cal_library *b,
                             const cal_book *in_b, bool ordered, const char *what)
{
    int number[64];
    for (int i = 0; i < a->calibrations; i++)
        number[i] = cal_library_calibration(b, &a->calibration[i]);
    for (int vis = 0; vis < a->viss; vis++) {
        cal_map *one = cal_map_make(a, in_a, vis), *two = cal_map_make(b, in_b, vis);
        for (int l = 0; l < one->lists; l++)
            for (int i = 0; i < one->list[l].count; i++)
                one->list[l].calibration[i] = number[one->list[l].calibration[i]];
        if (!ordered) {
            sort_lists(one);
            sort_lists(two);
        }
        check(same_map(one, two), what);
        cal_map_free(one);
        cal_map_free(two);
    }
}

static void check_same(const cal_library *a, const cal_book *in_a, cal_library *b,
                       const cal_book *in_b, const char *what)
{
    check_same_lists(a, in_a, b, in_b, true, what);
}

/* ---- through texts ---- */

static cal_library *copy_library(const cal_library *library)
{
    cal_library *copy = NULL;
    cal_error err = {0};
    jv document = cal_library_json(library);
    cal_json_set(&document, "schema", jv_string("calutils/callib/1"));
    check(!cal_library_from_json(document, "copy", &copy, &err), err.text);
    return copy;
}

static cal_library *without_calibrations(const cal_library *library)
{
    cal_library *copy = copy_library(library);
    cal_book_free(&copy->active);
    cal_book_free(&copy->applied);
    return copy;
}

static void through_applycal(const state *s)
{
    cal_library *copy = without_calibrations(s->library);
    cal_applycal_lines lines = {0};
    cal_import_rules rules = {0};
    cal_import_count count = {0};
    cal_buf text = {0};
    cal_error err = {0};
    bool strict = chance(50);
    for (int vis = 0; vis < s->library->viss; vis++) {
        cal_map *map = cal_map_make(s->library, &s->library->active, vis);
        cal_listing listing = cal_listing_make(map, strict);
        cal_applycal_write(s->library, map, &listing, &text);
        cal_listing_free(&listing);
        cal_map_free(map);
    }
    check(!cal_applycal_read(cal_buf_text(&text), "text", &lines, &err) &&
              !cal_import_applycal(&lines, &rules, NULL, copy, &copy->active, &count, &err),
          err.text);
    check_same(s->library, &s->library->active, copy, &copy->active, "changed by applycal text");
    cal_applycal_lines_free(&lines);
    cal_buf_free(&text);
    cal_library_free(copy);
    tally.applycal++;
}

/* One set through CASA's text; false where that refuses. */
static bool set_through_casa(const state *s, int vis, cal_library *copy)
{
    cal_map *map = cal_map_make(s->library, &s->library->active, vis);
    cal_listing listing = cal_listing_make(map, false);
    cal_casa_lines lines = {0};
    cal_import_rules rules = {0};
    cal_import_count count = {0};
    cal_buf text = {0};
    cal_error err = {0};
    cal_status status =
        listing.count ? cal_casa_write(s->library, map, &listing, &text, &err) : CAL_OK;
    check(!status || status == CAL_DATA, err.text);
    if (!status && listing.count)
        check(!cal_casa_read(cal_buf_text(&text), "text", &lines, &err) &&
                  !cal_import_casa(&lines, "text", &rules, NULL, vis, copy, &copy->active, &count,
                                   &err),
              err.text);
    cal_casa_lines_free(&lines);
    cal_buf_free(&text);
    cal_listing_free(&listing);
    cal_map_free(map);
    return !status;
}

/* CASA applies tables in an order of its own, so the text keeps none. */
static void through_casa(const state *s)
{
    cal_library *copy = without_calibrations(s->library);
    bool carried = true;
    for (int vis = 0; vis < s->library->viss; vis++)
        carried &= set_through_casa(s, vis, copy);
    if (carried)
        check_same_lists(s->library, &s->library->active, copy, &copy->active, false,
                         "changed by CASA's text");
    tally.casa += carried;
    tally.casa_refused += !carried;
    cal_library_free(copy);
}

#endif
