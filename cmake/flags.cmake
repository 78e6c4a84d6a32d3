# How every source of Linden is compiled. Nothing here reaches the targets of a user.
add_library(linden_flags INTERFACE)
target_compile_features(linden_flags INTERFACE cxx_std_20)
target_compile_definitions(linden_flags INTERFACE LINDEN_BUILDING $<$<BOOL:${LINDEN_ONE_LEVEL}>:LINDEN_ONE_LEVEL>)
# The same bytes everywhere: no contraction to FMA. The other two let branch-free loops vectorise and change no value.
target_compile_options(linden_flags INTERFACE -ffp-contract=off -fno-math-errno -fno-trapping-math)
# g++ 12 reports a false -Wrestrict on std::string at -O3 (GCC bug 105651).
# A batch has the names of other files, too, which a local one may hide.
target_compile_options(linden_flags INTERFACE -Wall -Wextra
  $<IF:$<BOOL:${LINDEN_BATCHES}>,$<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>,-Wshadow>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<BOOL:${LINDEN_WERROR}>:-Werror>)

# The library itself also minds conversions that lose value.
add_library(linden_strict INTERFACE)
target_link_libraries(linden_strict INTERFACE linden_flags)
target_compile_options(linden_strict INTERFACE -Wconversion -Wno-sign-conversion)

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

# A shared library shows names of namespace linden only: the standard headers mark their templates as visible, too. It
# is never unloaded, since its threads wait in it until the process ends.
function(linden_export_only_linden target)
  target_link_options(${target} PRIVATE LINKER:--version-script=${PROJECT_SOURCE_DIR}/cmake/exports.map
                                        LINKER:-z,nodelete)
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/exports.map)
endfunction()
