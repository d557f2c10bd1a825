/* An imager that begins an image and dies of a bad pointer. */
#include "plugin/calutils_plugin.h"
#include <stdio.h>
#include <string.h>

#define ANY(name)                                                                                  \
    {                                                                                              \
        name, CALUTILS_OBJECT, "any", NULL, NULL, 0                                                \
    }

static const calutils_option options[] = {
    ANY("ms"),         ANY("name"),       ANY("size"),        ANY("cell_arcsec"),
    ANY("field"),      ANY("datacolumn"), ANY("stokes"),      ANY("robust"),
    ANY("weighting"),  ANY("niter"),      ANY("gain"),        ANY("mgain"),
    ANY("save_model"), ANY("temp_dir"),   ANY("deconvolver"), CALUTILS_OPTIONS_END};

static int run(const calutils_host *host, const char *input, char **output)
{
    char path[1024] = "";
    const char *at = strstr(input, "\"name\":\"");
    if (at && sscanf(at, "\"name\":\"%1000[^\"]", path) == 1) {
        FILE *file = fopen(strcat(path, "-image.fits"), "w");
        if (file)
            fclose(file);
    }
    host->log(host, CALUTILS_LOG_WARNING, "about to die");
    volatile char *nowhere = NULL;
    *nowhere = 1;
    *output = NULL;
    return CALUTILS_OK;
}

CALUTILS_PLUGIN = {CALUTILS_PLUGIN_HEAD,  "crashes_imaging", "image",
                   "an imager that dies", options,           run};
