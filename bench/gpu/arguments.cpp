#include "arguments.hpp"

#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace linden::bench {
namespace {

bool parse(const std::string& text, std::int64_t& number) {
  char* end = nullptr;
  number = std::strtoll(text.c_str(), &end, 10);
  return !text.empty() && *end == 0 && number > 0;
}

}  // namespace

Arguments::Arguments(int argc, char** argv, std::string_view usage) {
  const auto refuse = [&] {
    std::fprintf(stderr, "usage: %s %.*s\n", argv[0], static_cast<int>(usage.size()), usage.data());
    std::exit(2);
  };
  std::size_t wanted = 0;
  std::map<std::string, bool> known;
  std::istringstream words{std::string(usage)};
  for (std::string word; words >> word;)
    if (word.rfind("[--", 0) == 0)
      known[word.substr(3, word.find(']') - 3)] = true;
    else if (known.empty())
      ++wanted;
  for (int i = 0; i < argc; ++i) command_ += (i > 0 ? " " : "") + std::string(argv[i]);
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    std::int64_t number = 0;
    if (word.rfind("--", 0) == 0) {
      const std::size_t equals = word.find('=');
      const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
      if (!known.contains(name) || (equals == std::string::npos && i + 1 == argc)) refuse();
      options_[name] = equals == std::string::npos ? argv[++i] : word.substr(equals + 1);
    } else if (parse(word, number)) {
      numbers_.push_back(number);
    } else {
      refuse();
    }
  }
  if (numbers_.size() != wanted) refuse();
}

std::string Arguments::option(const std::string& name, const std::string& otherwise) const {
  const auto at = options_.find(name);
  return at == options_.end() ? otherwise : at->second;
}

std::int64_t Arguments::option(const std::string& name, std::int64_t otherwise) const {
  const auto at = options_.find(name);
  if (at == options_.end()) return otherwise;
  std::int64_t number = 0;
  if (!parse(at->second, number)) {
    std::fprintf(stderr, "--%s is %s; it must be a number above 0\n", name.c_str(), at->second.c_str());
    std::exit(2);
  }
  return number;
}

}  // namespace linden::bench
