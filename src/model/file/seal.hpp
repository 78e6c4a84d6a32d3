// The end of a model's text: the SHA-256 of all before it, `,"sha256":"..."}`. It has one place and one form: anything
// else was changed. Files of earlier versions have `,"checksum":"..."}` there, FNV-1a of 64 bits.
#pragma once

#include <string>

#include "base/hash/sha256.hpp"
#include "json/reader.hpp"

namespace linden {

std::string seal_of(const Sha256& hash);

/// After a refusal: reads to the end of the line and returns if the seal is there and fits. If it does not, damage is
/// the reason for the refusal, and is what to speak of.
void check_rest(JsonReader& json);

/// Checks the seal, whose member's name was read.
void read_seal(JsonReader& json);

/// Behind the seal: the end of the line, which those who pass files on may write as "\r\n", or leave out where nothing
/// follows; and nothing else.
void read_end(JsonReader& json, bool is_whole);

// What is said of damage to a file of either format.
[[noreturn]] void refuse_cut(const std::string& file);
[[noreturn]] void refuse_changed(const std::string& file);
[[noreturn]] void refuse_more(const std::string& file);

}  // namespace linden
