// What the terminal can show.
#pragma once

namespace umbra {

// Columns of the terminal behind `descriptor`; else $COLUMNS; else `otherwise`.
int terminal_width(int descriptor, int otherwise = 100);

// Lines of it; else `otherwise`.
int terminal_height(int descriptor, int otherwise = 24);

// Whether colour is wanted there: a terminal, and no NO_COLOR (no-color.org).
bool wants_colour(int descriptor);

}  // namespace umbra
