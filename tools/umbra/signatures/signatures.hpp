// The words of `umbra signatures`, each a command of its own.
#pragma once

#include "tools/umbra/command.hpp"

namespace umbra {

ExitCode signatures_match(const Words& words);
ExitCode signatures_lint(const Words& words);
ExitCode signatures_list(const Words& words);
ExitCode signatures_show(const Words& words);
ExitCode signatures_stats(const Words& words);
ExitCode signatures_coverage(const Words& words);

}  // namespace umbra
