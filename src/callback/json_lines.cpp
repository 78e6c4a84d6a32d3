// The log of every round, one JSON object a line.
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <linden/callback.hpp>
#include <memory>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "base/size_limit.hpp"
#include "json/writer.hpp"

namespace linden {
namespace {

std::string line_of(const Round& round) {
  std::string line;
  JsonWriter json([&](std::string_view part) { line += part; }, JsonWriter::Utf8::mended);
  json.open_object();
  json["round"].value(round.index);
  json["seconds"].value(round.seconds);
  for (const MetricValue& metric : round.metrics) {
    json[metric.name];
    std::isfinite(metric.value) ? json.value(metric.value) : json.null();
  }
  json.close_object();
  json.flush();
  return line + '\n';
}

}  // namespace

Callback json_lines(const std::filesystem::path& path) try {
  auto file = std::make_shared<std::ofstream>(path);
  if (!*file) fail<FileError>("json_lines: cannot open \"{}\": {}.", path.string(), std::strerror(errno));
  return [file, path](const Round& round) {
    const std::string line = or_out_of_memory("json_lines", [&] { return line_of(round); });
    const SizeLimitIsAnError guard;
    *file << line << std::flush;
    if (!*file) fail<FileError>("json_lines: cannot write \"{}\": {}.", path.string(), std::strerror(errno));
    return Signal::proceed();
  };
} catch (const std::bad_alloc&) {
  fail_out_of_memory("json_lines");
}

}  // namespace linden
