#include "callib/library.h"

#include "base/mem.h"
#include "base/text.h"
#include "callib/book.h"
#include <string.h>

const char *const cal_caltypes[] = {
    "unknown", "gaincal",   "bandpass", "tsys",   "wvr",      "polarization", "antpos",
    "gc",      "opac",      "rq",       "swpow",  "finalcal", "uvcont",       "amp",
    "ps",      "otfraster", "tecim",    "kcross", "otf",      "gceff",        NULL,
};

bool cal_caltype_known(const char *caltype)
{
    const char *name = cal_caltype_name(caltype);
    return name && !strcmp(name, caltype);
}

const char *cal_caltype_name(const char *text)
{
    for (int i = 0; cal_caltypes[i]; i++)
        if (!strcasecmp(cal_caltypes[i], text))
            return cal_caltypes[i];
    return NULL;
}

cal_status cal_caltype_refuse(const char *text, cal_error *err)
{
    cal_buf known = {0};
    for (int i = 0; cal_caltypes[i]; i++)
        cal_buf_addf(&known, "%s%s", i ? " " : "", cal_caltypes[i]);
    cal_fail(err, CAL_USAGE, "caltype \"%s\" is not one of %s", text, cal_buf_text(&known));
    cal_buf_free(&known);
    return CAL_USAGE;
}

/* ---- calibrations ---- */

static bool same_calibration(const cal_calibration *a, const cal_calibration *b)
{
    return a->calwt == b->calwt && a->spwmaps == b->spwmaps &&
           !strcmp(a->gaintable, b->gaintable) && !strcmp(a->gainfield, b->gainfield) &&
           !strcmp(a->interp, b->interp) &&
           (!a->spwmaps || !memcmp(a->spwmap, b->spwmap, (size_t)a->spwmaps * sizeof(int)));
}

static cal_calibration copy_calibration(const cal_calibration *calibration)
{
    cal_calibration copy = *calibration;
    copy.gaintable = cal_copy_text(calibration->gaintable);
    copy.gainfield = cal_copy_text(calibration->gainfield);
    copy.interp = cal_copy_text(calibration->interp);
    copy.spwmap = CAL_NEW_ARRAY(int, calibration->spwmaps);
    for (int i = 0; i < calibration->spwmaps; i++)
        copy.spwmap[i] = calibration->spwmap[i];
    return copy;
}

void cal_calibration_free(cal_calibration *calibration)
{
    free(calibration->gaintable);
    free(calibration->gainfield);
    free(calibration->interp);
    free(calibration->spwmap);
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return (hash ^ 0xff) * 0x100000001b3u;
}

static uint64_t hash_of(const cal_calibration *calibration)
{
    uint64_t hash = mix_text(0xcbf29ce484222325u, calibration->gaintable);
    hash = mix_text(hash, calibration->gainfield);
    hash = mix_text(hash, calibration->interp);
    for (int i = 0; i < calibration->spwmaps; i++)
        hash = (hash ^ (unsigned)calibration->spwmap[i]) * 0x100000001b3u;
    hash += calibration->calwt;
    return hash ^ hash >> 29;
}

/* Open addressing; a slot holds a number + 1. At most half full. */
static void rebuild_index(cal_library *library)
{
    size_t size = 64;
    while (size < 4 * ((size_t)library->calibrations + 1))
        size *= 2;
    free(library->index);
    library->index = CAL_NEW_ARRAY(int, size);
    library->index_size = size;
    for (int i = 0; i < library->calibrations; i++) {
        size_t slot = hash_of(&library->calibration[i]) & (size - 1);
        while (library->index[slot])
            slot = (slot + 1) & (size - 1);
        library->index[slot] = i + 1;
    }
}

int cal_library_calibration(cal_library *library, const cal_calibration *calibration)
{
    if (library->index_size < 2 * ((size_t)library->calibrations + 1))
        rebuild_index(library);
    size_t slot = hash_of(calibration) & (library->index_size - 1);
    for (; library->index[slot]; slot = (slot + 1) & (library->index_size - 1))
        if (same_calibration(&library->calibration[library->index[slot] - 1], calibration))
            return library->index[slot] - 1;
    library->calibration = cal_grow(library->calibration, (size_t)library->calibrations + 1,
                                    sizeof *library->calibration);
    library->calibration[library->calibrations] = copy_calibration(calibration);
    library->index[slot] = library->calibrations + 1;
    return library->calibrations++;
}

/* ---- regions ---- */

void cal_regions_add(cal_regions *regions, int vis, cal_box box)
{
    regions->item = cal_grow(regions->item, (size_t)regions->count + 1, sizeof *regions->item);
    regions->item[regions->count++] = (cal_region){vis, box};
}

void cal_regions_free(cal_regions *regions)
{
    for (int i = 0; i < regions->count; i++)
        cal_box_free(&regions->item[i].box);
    free(regions->item);
    *regions = (cal_regions){0};
}

/* ---- sets ---- */

cal_status cal_library_add_vis(cal_library *library, cal_vis *vis, cal_error *err)
{
    for (int i = 0; i < library->viss; i++)
        if (!strcmp(library->vis[i]->name, vis->name)) {
            cal_fail(err, CAL_INPUT, "%s is there twice: %s and %s", vis->name,
                     library->vis[i]->path, vis->path);
            cal_vis_free(vis);
            return CAL_INPUT;
        }
    library->vis = cal_grow(library->vis, (size_t)library->viss + 1, sizeof *library->vis);
    library->vis[library->viss++] = vis;
    return CAL_OK;
}

static bool is_named(const cal_vis *vis, const char *name)
{
    size_t length = strlen(name);
    return !strcmp(vis->path, name) || !strcmp(vis->name, name) ||
           (!strncmp(vis->name, name, length) && !strcmp(vis->name + length, ".ms"));
}

cal_status cal_library_find_vis(const cal_library *library, const char *name, int *vis,
                                cal_error *err)
{
    char *last = cal_basename(name);
    *vis = -1;
    for (int i = 0; i < library->viss && *vis < 0; i++)
        if (is_named(library->vis[i], name) || is_named(library->vis[i], last))
            *vis = i;
    free(last);
    if (*vis >= 0)
        return CAL_OK;
    cal_buf known = {0};
    for (int i = 0; i < library->viss && i < 8; i++)
        cal_buf_addf(&known, "%s%s", i ? ", " : "", library->vis[i]->name);
    cal_fail(err, CAL_INPUT, "%s is not in this library; it has %s%s", name, cal_buf_text(&known),
             library->viss > 8 ? ", ..." : "");
    cal_buf_free(&known);
    return CAL_INPUT;
}

/* ---- the library ---- */

cal_library *cal_library_new(void)
{
    return CAL_NEW(cal_library);
}

void cal_library_free(cal_library *library)
{
    if (!library)
        return;
    for (int i = 0; i < library->viss; i++)
        cal_vis_free(library->vis[i]);
    for (int i = 0; i < library->calibrations; i++)
        cal_calibration_free(&library->calibration[i]);
    for (int i = 0; i < library->virtual_spws; i++) {
        free(library->virtual_spw[i].name);
        free(library->virtual_spw[i].spw);
    }
    cal_book_free(&library->active);
    cal_book_free(&library->applied);
    free(library->vis);
    free(library->calibration);
    free(library->virtual_spw);
    free(library->index);
    free(library);
}
