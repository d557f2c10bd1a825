/* callib [SECONDS [SEED]]: 100000 states of the calibration library (or as many as the seconds allow,
 * or those of one seed), made by random operations. Each is compared with a plain model of cells, and its
 * listings must be exact. Prints what it counted and TAP; a failure tells its seed. */
#include "base/mode.h"
#include "callib_state.h"
#include <limits.h>
#include <time.h>

/* ---- listings ---- */

static bool boxes_strict(const cal_listing *listing, const cal_vis *vis)
{
    for (int i = 0; i < listing->count; i++) {
        const cal_box *box = &listing->line[i].box;
        int triples = 0;
        for (int t = -1; (t = cal_vis_next(vis, box, t)) >= 0;)
            triples++;
        if (triples != cal_idset_count(&box->spw) * cal_idset_count(&box->field) *
                           cal_idset_count(&box->intent))
            return false;
    }
    return true;
}

static void check_exact(const cal_listing *listing, const cal_map *map, const char *what)
{
    char *fault = cal_listing_fault(listing, map);
    check(!fault, what);
    if (fault)
        printf("# %s\n", fault);
    free(fault);
}

static void check_listing(const cal_map *map)
{
    cal_listing ours = cal_listing_make(map, false), strict = cal_listing_make(map, true),
                pipeline = cal_listing_pipeline(map);
    check_exact(&ours, map, "the listing is not exact");
    check_exact(&strict, map, "the strict listing is not exact");
    check(boxes_strict(&strict, map->vis), "the strict listing covers what has no data");
    check(strict.count >= ours.count, "strict has fewer lines");
    char *fault = cal_listing_fault(&pipeline, map);
    if (fault) {
        tally.pipeline_wrong++;
    } else {
        check(ours.count <= pipeline.count, "the pipeline has fewer lines");
        tally.pipeline_exact++;
        tally.pipeline_lines += pipeline.count;
        tally.ours_there += ours.count;
        tally.fewer += ours.count < pipeline.count;
    }
    free(fault);
    tally.listings++;
    tally.lines += ours.count;
    tally.strict_lines += strict.count;
    cal_listing_free(&ours);
    cal_listing_free(&strict);
    cal_listing_free(&pipeline);
}

static void check_uncalibrated(const cal_map *map)
{
    cal_listing rest = cal_listing_uncalibrated(map, NULL, 0, false);
    int cells = 0, found = 0;
    for (int t = 0; t < map->vis->triples; t++)
        for (CAL_IDS(antenna, &map->vis->antenna.all))
            cells += !map->pattern[map->triple_pattern[t] * map->antennas + antenna];
    for (int i = 0; i < rest.count; i++)
        for (int t = -1; (t = cal_vis_next(map->vis, &rest.line[i].box, t)) >= 0;)
            for (CAL_IDS(antenna, &rest.line[i].box.antenna)) {
                check(!map->pattern[map->triple_pattern[t] * map->antennas + antenna],
                      "calibrated data are listed as uncalibrated");
                found++;
            }
    check(found == cells, "uncalibrated data are not listed once");
    cal_listing_free(&rest);
}

/* ---- states ---- */

static void check_book(const state *s, const cal_book *book, const model *wanted)
{
    for (int vis = 0; vis < s->library->viss; vis++) {
        cal_map *map = cal_map_make(s->library, book, vis);
        check(model_is(wanted, map, vis, s->number), "the book is not what the model says");
        cal_map_free(map);
    }
}

static void check_state(const state *s)
{
    tally.states++;
    check_book(s, &s->library->active, &s->active);
    check_book(s, &s->library->applied, &s->applied);
}

/* ---- operations ---- */

static const char *caltype_of(int calibration)
{
    return calibration < 2 ? "bandpass" : "gaincal";
}

static void add(state *s)
{
    int which = random_below(RANDOM_CALIBRATIONS);
    cal_regions regions = random_regions(s->library);
    model_add(&s->active, &regions, which);
    cal_book_add(s->library, &s->library->active, s->number[which], caltype_of(which),
                 "{\"tool\":\"fuzz\"}", regions);
}

/* A predicate and the calibrations that it means. */
static unsigned random_predicate(cal_predicate *predicate)
{
    static const struct {
        cal_predicate predicate;
        unsigned which;
    } all[] = {
        {{.gaintable = "*bcal*"}, 1 << 0 | 1 << 5},
        {{.gaintable = "b.gcal.tbl", .calwt = "false"}, 1 << 2},
        {{.gainfield = "nearest"}, 1 << 3 | 1 << 4},
        {{.caltype = "gaincal", .calwt = "true"}, 1 << 3 | 1 << 4},
        {{.interp = "linear,linear"}, 1 << 0 | 1 << 3 | 1 << 4},
        {{0}, (1 << RANDOM_CALIBRATIONS) - 1},
    };
    int i = random_below(CAL_COUNT(all));
    *predicate = all[i].predicate;
    return all[i].which;
}

static void remove_some(state *s)
{
    cal_predicate predicate;
    unsigned which = random_predicate(&predicate);
    cal_regions regions = random_regions(s->library);
    model gone = model_make(s->library);
    model_remove(&s->active, &regions, which, &gone);
    cal_book_remove(s->library, &s->library->active, &predicate, &regions, NULL);
    model_free(&gone);
    cal_regions_free(&regions);
    tally.removals++;
}

/* From active to applied. */
static void mark(state *s)
{
    cal_predicate predicate;
    unsigned which = random_predicate(&predicate);
    cal_regions regions = random_regions(s->library);
    model_remove(&s->active, &regions, which, &s->applied);
    cal_book_remove(s->library, &s->library->active, &predicate, &regions, &s->library->applied);
    cal_regions_free(&regions);
}

static void trim(state *s)
{
    cal_regions regions = random_regions(s->library);
    model_trim(&s->active, &regions);
    cal_book_trim(s->library, &s->library->active, &regions);
    cal_regions_free(&regions);
}

static cal_book random_book(state *s, model *m)
{
    cal_book book = {0};
    *m = model_make(s->library);
    for (int n = random_below(4); n >= 0; n--) {
        int which = random_below(RANDOM_CALIBRATIONS);
        cal_regions regions = random_regions(s->library);
        model_add(m, &regions, which);
        cal_book_add(s->library, &book, s->number[which], "unknown", NULL, regions);
    }
    return book;
}

static void subtract(state *s)
{
    model m;
    cal_book book = random_book(s, &m);
    model_minus(&s->active, &m);
    cal_book_subtract(s->library, &s->library->active, &book);
    cal_book_free(&book);
    model_free(&m);
}

/* The book made anew from its lists, in as few registrations as can be found. */
static void register_anew(state *s)
{
    cal_book book = {0};
    int before = s->library->active.count;
    const char *caltype[RANDOM_CALIBRATIONS];
    for (int i = 0; i < RANDOM_CALIBRATIONS; i++)
        caltype[s->number[i]] = caltype_of(i);
    for (int vis = 0; vis < s->library->viss; vis++) {
        cal_map *map = cal_map_make(s->library, &s->library->active, vis);
        cal_map_register(map, s->library, vis, &book, caltype, NULL);
        cal_map_free(map);
    }
    check(book.count <= 2 * before + 2, "far more registrations than there were");
    cal_book_free(&s->library->active);
    s->library->active = book;
    tally.registered++;
}

/* ---- properties of whole libraries ---- */

static void out_and_in(const state *s)
{
    cal_library *copy = copy_library(s->library);
    if (copy) {
        check_same(s->library, &s->library->active, copy, &copy->active, "active lost by JSON");
        check_same(s->library, &s->library->applied, copy, &copy->applied, "applied lost by JSON");
    }
    cal_library_free(copy);
    tally.round_trips++;
}

/* What is added to what has none of it, and removed again, leaves nothing behind. */
static void add_and_remove(const state *s)
{
    char table[] = "new.tbl", gainfield[] = "", interp[] = "linear";
    cal_calibration other = {table, gainfield, interp, NULL, 0, true};
    cal_book book = copy_book(&s->library->active);
    cal_regions regions = random_regions(s->library);
    cal_book_add(s->library, &book, cal_library_calibration(s->library, &other), "gaincal", NULL,
                 copy_regions(&regions));
    cal_book_remove(s->library, &book, &(cal_predicate){.gaintable = "new.tbl"}, &regions, NULL);
    check_book(s, &book, &s->active);
    check(book.count == s->library->active.count, "adding and removing leaves registrations");
    cal_regions_free(&regions);
    cal_book_free(&book);
}

/* (a + b) + c = a + (b + c); then all of it minus c, against the model. */
static void merge(state *s)
{
    state part[2];
    for (int i = 0; i < 2; i++) {
        part[i] = state_make(copy_library(s->library));
        cal_book_free(&part[i].library->active);
        cal_book_free(&part[i].library->applied);
        for (int n = random_below(3); n >= 0; n--)
            add(&part[i]);
    }
    cal_library *left = copy_library(s->library), *right = copy_library(s->library),
                *inner = copy_library(part[0].library);
    cal_error err = {0};
    check(!cal_library_merge(left, part[0].library, false, &err), err.text);
    check(!cal_library_merge(left, part[1].library, false, &err), err.text);
    check(!cal_library_merge(inner, part[1].library, false, &err), err.text);
    check(!cal_library_merge(right, inner, false, &err), err.text);
    check_same(left, &left->active, right, &right->active, "merging is not associative");
    check(!cal_library_merge(s->library, part[0].library, false, &err), err.text);
    check(!cal_library_merge(s->library, part[1].library, true, &err), err.text);
    model_plus(&s->active, &part[0].active);
    model_minus(&s->active, &part[1].active);
    check_state(s);
    cal_library_free(left);
    cal_library_free(right);
    cal_library_free(inner);
    state_free(&part[0]);
    state_free(&part[1]);
    tally.merges++;
}

/* ---- a history ---- */

static void history(void)
{
    static const struct {
        const char *name;
        void (*run)(state *);
        int weight; /* of 100 */
    } operations[] = {
        {"add", add, 70},          {"remove", remove_some, 8},          {"mark", mark, 8},
        {"subtract", subtract, 6}, {"register anew", register_anew, 6}, {"trim", trim, 2}};
    whole_arrays = chance(40);
    state s = state_make(random_library());
    for (int steps = 2 + random_below(10); steps > 0 && !failed; steps--) {
        int which = 0, dice = random_below(100);
        while (dice >= operations[which].weight)
            dice -= operations[which++].weight;
        doing = operations[which].name;
        operations[which].run(&s);
        check_state(&s);
        for (int vis = 0; vis < s.library->viss; vis++) {
            cal_map *map = cal_map_make(s.library, &s.library->active, vis);
            check_listing(map);
            check_uncalibrated(map);
            cal_map_free(map);
        }
    }
    doing = "the whole library";
    out_and_in(&s);
    through_applycal(&s);
    through_casa(&s);
    add_and_remove(&s);
    merge(&s);
    if (failed) {
        char *text = cal_json_dump(cal_library_json(s.library));
        printf("# %s\n", text);
        free(text);
    }
    state_free(&s);
}

static void report(double seconds)
{
    printf("# %ld states in %.1f s, %ld listings, %ld round trips, %ld removals, %ld merges, %ld "
           "books made anew\n",
           tally.states, seconds, tally.listings, tally.round_trips, tally.removals, tally.merges,
           tally.registered);
    printf(
        "# through applycal text and back: %ld; through CASA's text: %ld, which cannot hold %ld\n",
        tally.applycal, tally.casa, tally.casa_refused);
    printf("# %.3f lines per listing, strict %.3f\n", (double)tally.lines / tally.listings,
           (double)tally.strict_lines / tally.listings);
    printf(
        "# the pipeline's listing is exact for %ld states and wrong for %ld; where it is exact it "
        "has %ld lines and ours %ld, ours has fewer for %ld states and never more\n",
        tally.pipeline_exact, tally.pipeline_wrong, tally.pipeline_lines, tally.ours_there,
        tally.fewer);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

enum { ENOUGH = 100000, LONGEST = 120 }; /* states; seconds, on a slow machine */

int main(int argc, char **argv)
{
    double start = now(), limit = argc > 1 ? atof(argv[1]) : LONGEST;
    long wanted = argc > 1 ? LONG_MAX : ENOUGH;
    cal_mode_now.quiet = true;
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    do {
        random_state = seed;
        history();
        seed++;
    } while (!failed && argc < 3 && tally.states < wanted && now() - start < limit);
    report(now() - start);
    printf("%s 1 - the library is what the model says, and its listings are exact\n1..1\n",
           failed ? "not ok" : "ok");
    return failed;
}
