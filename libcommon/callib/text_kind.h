/* Which of the forms of a calibration library a text is in. */
#ifndef CAL_CALLIB_TEXT_KIND_H
#define CAL_CALLIB_TEXT_KIND_H

typedef enum cal_text_form {
    CAL_TEXT_JSON,     /* the first character is { */
    CAL_TEXT_APPLYCAL, /* some line begins with applycal( */
    CAL_TEXT_CASA      /* anything else */
} cal_text_form;

cal_text_form cal_text_kind(const char *text);

#endif
