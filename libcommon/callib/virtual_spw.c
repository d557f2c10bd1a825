/* Virtual spws: the windows of several sets under one number, matched by name (fields_ms 1.6). */
#include "base/mem.h"
#include "callib/library.h"
#include <string.h>

static bool has_name(const char *name)
{
    return *name && strcmp(name, "none");
}

/* Correlators prefix names with what differs from run to run; the end is what counts. */
static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return tail >= 5 && length >= tail && !strcmp(text + length - tail, end);
}

static bool names_match(const char *a, const char *b)
{
    return !strcmp(a, b) || ends_with(a, b) || ends_with(b, a);
}

/* The one virtual spw that fits: the same name, else one whose end is the same; nameless ones by their id. -1: none, or several. */
static int find_match(const cal_library *library, int vis, int spw)
{
    const char *name = library->vis[vis]->spw.name[spw];
    int found = -1, count = 0;
    if (!has_name(name))
        return spw < library->virtual_spws && library->virtual_spw[spw].name &&
                       !has_name(library->virtual_spw[spw].name)
                   ? spw
                   : -1;
    for (int i = 0; i < library->virtual_spws; i++) {
        const cal_virtual_spw *at = &library->virtual_spw[i];
        if (!at->name || at->spw[vis] >= 0)
            continue;
        if (!strcmp(at->name, name))
            return i;
        if (has_name(at->name) && names_match(at->name, name)) {
            found = i;
            count++;
        }
    }
    return count == 1 ? found : -1;
}

static void make_room(cal_library *library, int id)
{
    int old = library->virtual_spws;
    if (id < old)
        return;
    library->virtual_spw =
        cal_grow(library->virtual_spw, (size_t)id + 1, sizeof *library->virtual_spw);
    library->virtual_spws = id + 1;
    for (int i = old; i <= id; i++) {
        int *spw = CAL_NEW_ARRAY(int, library->viss);
        memset(spw, 0xff, (size_t)library->viss * sizeof(int)); /* -1 */
        library->virtual_spw[i] = (cal_virtual_spw){NULL, spw};
    }
}

/* An spw that has no partner takes its own id, or the next free one where that is taken. */
static int free_id(const cal_library *library, int spw)
{
    bool taken = spw < library->virtual_spws && library->virtual_spw[spw].name;
    return taken ? library->virtual_spws : spw;
}

static void match(cal_library *library, int vis, int spw)
{
    int id = find_match(library, vis, spw);
    if (id < 0) {
        id = free_id(library, spw);
        make_room(library, id);
        library->virtual_spw[id].name = cal_copy_text(library->vis[vis]->spw.name[spw]);
    }
    library->virtual_spw[id].spw[vis] = spw;
}

void cal_library_match_spws(cal_library *library)
{
    for (int i = 0; i < library->virtual_spws; i++) {
        free(library->virtual_spw[i].name);
        free(library->virtual_spw[i].spw);
    }
    library->virtual_spws = 0;
    for (int vis = 0; vis < library->viss; vis++)
        for (CAL_IDS(spw, &library->vis[vis]->spw.all))
            match(library, vis, spw);
}
