# Completion for all calutils tools: every tool tells its options and their values itself (TOOL --complete).

_calutils() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} table values
    table=$("$1" --complete 2> /dev/null) || return
    [[ $previous == = ]] && previous=${COMP_WORDS[COMP_CWORD - 2]} # "--option=" is three words to bash
    [[ $current == = ]] && current=
    if [[ $previous == --* ]]; then
        values=$(sed -n "s/^$previous //p" <<< "$table")
        if [[ -n $values ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current")
            return
        fi
    fi
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(sed 's/[ =].*//' <<< "$table")" -- "$current")
    elif [[ $1 == *calutils ]]; then
        mapfile -t COMPREPLY < <(compgen -W "list doctor version" -- "$current")
    fi # anything else is a path: bash's own completion
}

# shellcheck disable=SC2046 # the names are words
complete -o bashdefault -o default -F _calutils calutils $(calutils list --names 2> /dev/null)
