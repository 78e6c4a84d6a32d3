// Saving and loading a family of models wherever its text is: what the members of its class have in common. Memory that
// is not to be had is a MemoryError.
#pragma once

#include <string>
#include <string_view>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "model/file/envelope.hpp"

namespace linden {

/// `write` is write_boosted or write_linear.
template <class State>
void save_model(const std::filesystem::path& path, const State& state, ModelFormat format, const auto& write) {
  or_out_of_memory("save", [&] {
    write_text(path, [&](const TextSink& out) {
      write(out, fmt::format("\"{}\"", path.string()), state,
            format == ModelFormat::by_name ? format_by_name(path) : format);
    });
  });
}

template <class State>
void save_model(std::ostream& stream, const State& state, ModelFormat format, const auto& write) {
  or_out_of_memory("save", [&] {
    write_text(stream, [&](const TextSink& out) {
      write(out, "the model", state, format == ModelFormat::by_name ? ModelFormat::json : format);
    });
  });
}

template <class State>
std::string model_to_string(const State& state, const auto& write) {
  return or_out_of_memory("to_string", [&] {
    std::string text;
    write([&](std::string_view part) { text += part; }, "the model", state, ModelFormat::json);
    return text;
  });
}

/// What seals the text of a model: it is at the end of it.
template <class State>
std::string signature_of(const State& state, const auto& write) {
  return or_out_of_memory("signature", [&] {
    std::string end;
    write(
        [&](std::string_view part) {
          end += part;
          if (end.size() > 2 * Sha256::hex_digits) end.erase(0, end.size() - 2 * Sha256::hex_digits);
        },
        "the model", state, ModelFormat::json);
    return end.substr(end.size() - 3 - Sha256::hex_digits, Sha256::hex_digits);  // ...<digits>"}\n
  });
}

/// `open` gives the ModelSource; `read` is read_boosted or read_linear.
template <class Open, class Read>
auto load_model_of(std::string_view wanted, const Open& open, const Read& read) {
  return or_out_of_memory("load", [&] {
    decltype(read(std::declval<JsonReader&>())) state;
    read_model(open(), [&](JsonReader& json, const std::string& family) {
      check_family(json, family, wanted);
      state = read(json);
    });
    return state;
  });
}

}  // namespace linden
