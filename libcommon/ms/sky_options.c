#include "ms/sky_options.h"

#include "base/mem.h"
#include "base/text.h"
#include <math.h>

enum { FLUX = 1, SPIX = 2, REFFREQ = 4, OFFSET = 8, SHAPE = 16 };
static const double default_reffreq = 1e9; /* CASA's */

/* The component that an option is for: the last one, or a new one. NULL where it has that option. */
static cal_component *component_for(cal_component_list *list, unsigned option, cal_error *err)
{
    if (!list->count || (option == FLUX && list->given & FLUX)) {
        list->item =
            cal_grow(list->item, (size_t)list->count + 1, sizeof *list->item); /* not zeroed */
        list->item[list->count++] = (cal_component){.ref_freq = default_reffreq};
        list->given = 0;
    }
    if (list->given & option) {
        cal_fail(err, CAL_USAGE,
                 option == SHAPE ? "component %d has a shape already; each --fluxdensity begins "
                                   "another component"
                                 : "component %d has one already; each --fluxdensity begins "
                                   "another component",
                 list->count - 1);
        return NULL;
    }
    list->given |= option;
    return &list->item[list->count - 1];
}

/* `least` to `most` numbers with commas between; the unit of value[i] is base[i], and bare[i] where none is written. */
static cal_status parse_values(const char *text, const char *wanted, int least, int most,
                               const char *const *base, const char *const *bare, double *value,
                               int *count, cal_error *err)
{
    cal_words words = cal_words_split(text, ',');
    cal_status status = CAL_OK;
    *count = words.count;
    if (words.count < least || words.count > most)
        status = cal_fail(err, CAL_USAGE, "\"%s\": %s is wanted", text, wanted);
    for (int i = 0; i < words.count && !status; i++)
        if (base)
            status = cal_parse_quantity(words.item[i], base[i], bare[i], &value[i], err);
        else if (!cal_parse_number(words.item[i], &value[i]))
            status = cal_fail(err, CAL_USAGE, "\"%s\" is not a number", words.item[i]);
    for (int i = 0; i < words.count && !status; i++)
        if (!isfinite(value[i]))
            status = cal_fail(err, CAL_USAGE, "\"%s\" is not finite", words.item[i]);
    cal_words_free(&words);
    return status;
}

cal_status cal_component_flux_option(void *list, const char *text, cal_error *err)
{
    static const char *const jansky[] = {"Jy", "Jy", "Jy", "Jy"};
    cal_component *component = component_for(list, FLUX, err);
    int count;
    if (!component)
        return err->status;
    return parse_values(text, "I[,Q,U,V] in Jy", 1, 4, jansky, jansky, component->flux, &count,
                        err);
}

cal_status cal_component_spix_option(void *list, const char *text, cal_error *err)
{
    cal_component *component = component_for(list, SPIX, err);
    int count;
    if (!component)
        return err->status;
    return parse_values(text, "A[,B[,C[,D]]]", 1, CAL_SPIX_TERMS, NULL, NULL, component->spix,
                        &count, err);
}

cal_status cal_component_reffreq_option(void *list, const char *text, cal_error *err)
{
    cal_component *component = component_for(list, REFFREQ, err);
    if (!component || cal_parse_quantity(text, "Hz", NULL, &component->ref_freq, err))
        return err->status;
    return component->ref_freq > 0
               ? CAL_OK
               : cal_fail(err, CAL_USAGE, "\"%s\": more than 0 is wanted", text);
}

cal_status cal_component_offset_option(void *list, const char *text, cal_error *err)
{
    static const char *const rad[] = {"rad", "rad"}, *const arcsec[] = {"arcsec", "arcsec"};
    cal_component *component = component_for(list, OFFSET, err);
    double value[2];
    int count;
    if (!component || parse_values(text, "EAST,NORTH", 2, 2, rad, arcsec, value, &count, err))
        return err->status;
    if (hypot(sin(value[0]), sin(value[1])) > 1)
        return cal_fail(err, CAL_USAGE, "\"%s\" is not on the sky", text);
    component->east = value[0];
    component->north = value[1];
    return CAL_OK;
}

static cal_status check_size(double size, const char *text, cal_error *err)
{
    return size > 0 ? CAL_OK : cal_fail(err, CAL_USAGE, "\"%s\": more than 0 is wanted", text);
}

cal_status cal_component_disc_option(void *list, const char *text, cal_error *err)
{
    cal_component *component = component_for(list, SHAPE, err);
    if (!component || cal_parse_quantity(text, "rad", "arcsec", &component->major, err))
        return err->status;
    component->shape = CAL_SHAPE_DISC;
    component->minor = component->major;
    return check_size(component->major, text, err);
}

cal_status cal_component_gaussian_option(void *list, const char *text, cal_error *err)
{
    static const char *const rad[] = {"rad", "rad", "rad"}, *const units[] = {"arcsec", "arcsec",
                                                                              "deg"};
    cal_component *component = component_for(list, SHAPE, err);
    double value[3] = {0};
    int count;
    if (!component ||
        parse_values(text, "MAJOR[,MINOR[,PA]]", 1, 3, rad, units, value, &count, err))
        return err->status;
    component->shape = CAL_SHAPE_GAUSSIAN;
    component->major = value[0];
    component->minor = count > 1 ? value[1] : value[0];
    component->pa = value[2];
    if (component->minor > component->major)
        return cal_fail(err, CAL_USAGE, "\"%s\": the minor axis is longer than the major one",
                        text);
    return check_size(component->minor, text, err);
}

cal_status cal_component_list_check(const cal_component_list *list, cal_error *err)
{
    if (list->count && list->given & FLUX)
        return CAL_OK;
    return cal_fail(err, CAL_USAGE, "say the flux of the model: --fluxdensity I[,Q,U,V] (Jy)");
}

void cal_component_list_free(cal_component_list *list)
{
    free(list->item);
    *list = (cal_component_list){0};
}
