#include "selfcal/recipe.h"

#include "base/child.h"
#include "base/mem.h"
#include "base/output.h"
#include "base/text.h"
#include <dirent.h>
#include <string.h>

/* Beside the tools: share/recipes of a source tree whose build folder these are in, or share/calutils/recipes. */
static char *recipe_folder(void)
{
    char *own = cal_own_folder();
    char *folder = cal_format("%s/../share/calutils/recipes", own);
    if (!cal_path_exists(folder)) {
        free(folder);
        folder = cal_format("%s/../../share/recipes", own);
    }
    free(own);
    return folder;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static cal_words known_recipes(const char *folder)
{
    cal_words names = {0};
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        size_t length = strlen(entry->d_name);
        if (length < 6 || strcmp(entry->d_name + length - 5, ".json"))
            continue;
        entry->d_name[length - 5] = 0;
        cal_words_add(&names, entry->d_name);
    }
    if (dir)
        closedir(dir);
    if (names.count)
        qsort(names.item, names.count, sizeof *names.item, by_text);
    return names;
}

static cal_status no_recipe(const char *which, const char *folder, cal_error *err)
{
    cal_words names = known_recipes(folder);
    cal_buf list = {0};
    for (int i = 0; i < names.count; i++)
        cal_buf_addf(&list, "%s%s", i ? ", " : "", names.item[i]);
    cal_fail(err, CAL_INPUT, "--recipe %s: no such file, and no recipe of that name; there are %s",
             which, names.count ? cal_buf_text(&list) : "none");
    cal_buf_free(&list);
    cal_words_free(&names);
    return CAL_INPUT;
}

static cal_status find_recipe(const char *which, char **path, cal_error *err)
{
    char *folder = recipe_folder();
    *path = cal_format("%s/%s.json", folder, which);
    cal_status status = CAL_OK;
    if (strchr(which, '/') || !cal_path_exists(*path)) {
        free(*path);
        *path = cal_copy_text(which);
        if (!cal_path_exists(which))
            status = no_recipe(which, folder, err);
    }
    free(folder);
    return status;
}

static cal_status check_keys(jv document, const cal_place *place, cal_error *err)
{
    static const char *const keys[] = {"schema", "name", "about", "mode", "settings"};
    cal_status status = CAL_OK;
    jv_object_foreach(document, key, value)
    {
        bool known = false;
        for (size_t i = 0; i < CAL_COUNT(keys); i++)
            known |= !strcmp(keys[i], jv_string_value(key));
        if (!known && !status)
            status = cal_place_fail(&(cal_place){.up = place, .name = jv_string_value(key)}, err,
                                    "no key of a recipe; it has name, about, mode and settings");
        jv_free(key);
        jv_free(value);
    }
    return status;
}

static cal_status take_document(jv document, const cal_place *place, cal_recipe *recipe,
                                cal_selfcal_settings *settings, cal_error *err)
{
    static const char *const modes[] = {"loop", "pipeline", "vlass"};
    const char *schema, *name, *about, *mode;
    cal_status status;
    if ((status = cal_doc_object(document, place, err)) ||
        (status = cal_doc_text(document, "schema", place, &schema, err)) ||
        (status = cal_doc_text(document, "name", place, &name, err)) ||
        (status = cal_doc_text_or(document, "about", place, "", &about, err)) ||
        (status = cal_doc_text_or(document, "mode", place, "loop", &mode, err)) ||
        (status = check_keys(document, place, err)))
        return status;
    if (strcmp(schema, "calutils/selfcal-recipe/1"))
        return cal_place_fail(place, err, "schema %s is not calutils/selfcal-recipe/1", schema);
    bool known = false;
    for (size_t i = 0; i < CAL_COUNT(modes); i++)
        known |= !strcmp(modes[i], mode);
    if (!known)
        return cal_place_fail(&(cal_place){.up = place, .name = "mode"}, err,
                              "\"%s\" is none of: loop, pipeline, vlass", mode);
    recipe->name = cal_copy_text(name);
    recipe->about = cal_copy_text(about);
    recipe->mode = cal_copy_text(mode);
    jv values = cal_json_at(document, "settings");
    if (jv_get_kind(values) != JV_KIND_NULL)
        status =
            cal_settings_take(settings, values, &(cal_place){.up = place, .name = "settings"}, err);
    jv_free(values);
    return status;
}

cal_status cal_recipe_read(const char *which, cal_recipe *recipe, cal_selfcal_settings *settings,
                           cal_error *err)
{
    *recipe = (cal_recipe){0};
    jv document;
    cal_status status = find_recipe(which, &recipe->path, err);
    if (!status && !(status = cal_json_read(recipe->path, &document, err))) {
        status = take_document(document, &(cal_place){.name = recipe->path}, recipe, settings, err);
        jv_free(document);
    }
    if (status)
        cal_recipe_free(recipe);
    return status;
}

void cal_recipe_free(cal_recipe *recipe)
{
    free(recipe->name);
    free(recipe->about);
    free(recipe->path);
    free(recipe->mode);
    *recipe = (cal_recipe){0};
}
