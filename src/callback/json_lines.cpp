// The log of every round, one JSON object a line.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <linden/callback.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/fail.hpp"
#include "base/size_limit.hpp"

namespace linden {

Callback json_lines(const std::filesystem::path& path) {
  auto file = std::make_shared<std::ofstream>(path);
  if (!*file) fail<FileError>("json_lines: cannot open \"{}\": {}.", path.string(), std::strerror(errno));
  return [file, path](const Round& round) {
    nlohmann::ordered_json line{{"round", round.index}, {"seconds", round.seconds}};
    for (const MetricValue& metric : round.metrics) line[metric.name] = metric.value;
    const SizeLimitIsAnError guard;
    *file << line.dump() << '\n' << std::flush;
    if (!*file) fail<FileError>("json_lines: cannot write \"{}\": {}.", path.string(), std::strerror(errno));
    return Signal::proceed();
  };
}

}  // namespace linden
