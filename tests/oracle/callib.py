#!/usr/bin/env python3
"""Play scenarios of a calibration library through the callib tools and compare with what the NRAO pipeline's own module did.

    callib.py SCENARIOS.json [NAME...]      every scenario, or those named; status 1 when anything differs
    callib.py --ms-info SCENARIOS.json NAME  the ms-info documents of a scenario, one a line
    callib.py --select SCENARIOS.json NAME...   a smaller file with these scenarios alone

The state is compared cell by cell: (set, antenna, spw, field, intent) -> list of calibrations. Listings and texts are compared
in a canonical form, because their order in the pipeline is an accident of string hashing, and only where the pipeline's own
listing is right; where it is not, both are shown and ours must be exact.
"""
import itertools, json, os, re, subprocess, sys, tempfile

# Where the pipeline is wrong, or refuses less than it should: what our answer is. Each of these must really differ.
DEVIATIONS = {
    ('clear_then_use', 'active'): 'what was marked leaves the active book; subtracting never adds',
    ('clear_then_use', 'applied'): 'only what was active can have been applied',
    ('apply_one_of_two', 'applied'): 'only what was active can have been applied',
    ('subtract', 'step 3'): 'the other state minus active, as written; the pipeline subtracts the newer from the older',
    ('cycle1', 'step 2'): 'a state is not rebuilt from a widened listing',
    ('caltype_of_first', 'step 2'): 'every registration keeps its type',
    ('same_table_other_terms', 'step 4 caltypes'): 'a type that is to be ignored is unknown',
    ('vis_forms', 'step 3 error'): 'no vis means all sets',
    ('vis_forms', 'active'): 'no vis means all sets',
    ('import_faults', 'step 1 error'): 'keys that are missing have their defaults, so that such a line can be read',
    ('import_faults', 'step 4 error'): 'lists of different lengths are refused, not cut',
    ('import_faults', 'active'): 'an import that fails leaves the state as it was, and one value is that of all tables of a line',
    ('same_table_twice', 'active casa'): 'CASA refuses a table that is there twice, so it is not written',
    ('import_plain', 'active casa'): 'CASA refuses a table that is there twice, so it is not written',
    ('reimport', 'active listing'): 'as many lines, cut otherwise: theirs remember where registrations ended',
    ('reimport', 'active casa'): 'CASA cannot select antennas, so a table of some antennas is not written',
}


# ---- the observation

OBS_MODES = {'CALIBRATE_BANDPASS': 'BANDPASS', 'CALIBRATE_FLUX': 'AMPLITUDE', 'CALIBRATE_AMPLI': 'AMPLITUDE',
             'CALIBRATE_PHASE': 'PHASE', 'CALIBRATE_WVR': 'WVR', 'CALIBRATE_ATMOSPHERE': 'ATMOSPHERE',
             'CALIBRATE_POINTING': 'POINTING', 'OBSERVE_CHECK_SOURCE': 'CHECK', 'OBSERVE_TARGET': 'TARGET'}


def state_intents(text):
    found = set()
    for token in text.split(','):
        name, _, where = token.partition('#')
        if name == 'OBSERVE_TARGET' and where == 'OFF_SOURCE':
            found.add('REFERENCE')
        elif name in OBS_MODES:
            found.add(OBS_MODES[name])
    return sorted(found)


def antenna_names(ms):
    n = ms['antennas']
    return ['A%02d' % i for i in range(n)] if isinstance(n, int) else n


def ms_info(ms):
    """The document that ms-info would print for such a set, as far as bookkeeping reads it."""
    fields = {f['id']: f for f in ms['fields']}
    states = [{'id': i, 'obs_mode': t, 'intents': state_intents(t)} for i, t in enumerate(ms.get('states', []))]

    def states_of(intents):
        return [s['id'] for s in states if set(s['intents']) & set(intents)]

    scans = [{'scan': s['id'], 'observation': 0, 'array': 0, 'rows': 1, 'integrations': 1,
              'fields': [{'id': f, 'name': fields[f]['name']} for f in s['fields']],
              'spws': [{'id': w, 'name': 'spw%d' % w, 'rows': 1, 'integrations': 1} for w in s['spws']],
              'states': states_of(s['intents']), 'intents': sorted(s['intents']), 'tokens': [],
              'antennas': list(range(len(antenna_names(ms))))} for s in ms['scans']]

    def of_field(f):
        mine = [s for s in ms['scans'] if f['id'] in s['fields']]
        return {'id': f['id'], 'name': f['name'], 'rows': len(mine), 'scans': sorted(s['id'] for s in mine),
                'spws': sorted({w for s in mine for w in s['spws']}), 'states': states_of(f['intents']),
                'intents': sorted(f['intents']), 'intents_from': 'state', 'tokens': []}

    def of_spw(w):
        mine = [s for s in ms['scans'] if w in s['spws']]
        return {'id': w, 'name': 'spw%d' % w, 'nchan': 128, 'rows': len(mine), 'science': True,
                'fields': sorted({f for s in mine for f in s['fields']}), 'scans': sorted(s['id'] for s in mine),
                'states': sorted({x for s in mine for x in states_of(s['intents'])})}

    return {'schema': 'calutils/ms-info/1', 'name': os.path.basename(ms['name']), 'path': ms['name'], 'rows': len(scans),
            'selected_rows': len(scans), 'selection': {}, 'observations': [{'id': 0, 'telescope': ms.get('array', 'ALMA')}],
            'begin': ms.get('start', '2020-01-01') + 'T00:00:00.000', 'scans': scans,
            'fields': [of_field(f) for f in ms['fields']], 'alma_cycle0': ms.get('start', '9') < '2013-01-21',
            'states': states, 'spws': [of_spw(w['id']) for w in ms['spws']],
            'antennas': [{'id': i, 'name': n, 'rows': 1, 'present': True} for i, n in enumerate(antenna_names(ms))]}


def valid_triples(ms):
    """{(spw, field, intent)} with data: the scans' intents; the field's own where scans touch several fields."""
    found = set()
    for f in ms['fields']:
        for w in {w for s in ms['scans'] if f['id'] in s['fields'] for w in s['spws']}:
            scans = [s for s in ms['scans'] if f['id'] in s['fields'] and w in s['spws']]
            many = len({x for s in scans for x in s['fields']}) > 1
            intents = f['intents'] if many else {i for s in scans for i in s['intents']}
            found |= {(w, f['id'], i) for i in intents}
    return found


# ---- running the tools

class Failed(Exception):
    pass


def tool(*args, stdin='', ok=(0,)):
    done = subprocess.run(args, input=stdin, capture_output=True, text=True)
    if done.returncode not in ok:
        raise Failed('%s: status %d: %s' % (' '.join(args), done.returncode, done.stderr.strip()))
    return done.stdout


def target_options(calto):
    return ['--%s=%s' % (k, v) for k, v in calto.items() if v != '']


def calibration_options(cf):
    out = []
    if 'gainfield' in cf:
        out += ['--gainfield', cf['gainfield']]
    if 'interp' in cf:
        out += ['--interp', cf['interp']]
    if cf.get('spwmap'):
        out += ['--spwmap', ','.join(map(str, cf['spwmap']))]
    if 'calwt' in cf:
        out += ['--calwt=' + ('true' if cf['calwt'] else 'false')]
    if 'caltype' in cf:
        out += ['--caltype', cf['caltype']]
    return out


def id_set(text):
    out = set()
    for part in text.split(','):
        a, _, b = part.partition('~')
        out |= set(range(int(a), int(b or a) + 1))
    return out


def identity(c):
    return (c['gaintable'], c['gainfield'], c['interp'], tuple(c['spwmap']), bool(c['calwt']))


class Library:
    """A library file and the operations of a scenario on it, each one or a few processes."""

    def __init__(self, scenario, folder):
        self.scenario, self.path = scenario, os.path.join(folder, 'lib.json')
        self.folder = folder
        self.by_name = {os.path.basename(m['name']): m for m in scenario['ms']}
        self.valid = {m['name']: valid_triples(m) for m in scenario['ms']}
        first = scenario['ms'][:scenario.get('ms_at_start', len(scenario['ms']))]
        self.info = '\n'.join(json.dumps(ms_info(m)) for m in first)
        self.new(self.path)
        self.tables = os.path.join(folder, 'tables.json')
        with open(self.tables, 'w') as f:
            for name, kind in scenario.get('caltables', {}).items():
                f.write(json.dumps({'schema': 'calutils/caltable-info/1', 'caltable': name, 'type': kind,
                                    'format': 'old', 'applicable': False, 'rows': 1}) + '\n')

    def new(self, path):
        with open(path, 'w') as f:
            f.write(tool('callib-new', stdin=self.info))

    def add(self, op, path=None):
        path = path or self.path
        if len(op['calfrom']) == 1:
            cf = op['calfrom'][0]
            tool('callib-add', '-i', path, '--allow-empty', cf['gaintable'], *target_options(op['calto']),
                 *calibration_options(cf))
        else:
            lines = [json.dumps({**{k: v for k, v in op['calto'].items() if v != ''}, **cf}) for cf in op['calfrom']]
            tool('callib-add', '-i', path, '--allow-empty', '--batch', '-', stdin='\n'.join(lines) + '\n')

    def mark(self, op):
        for cf in op.get('calfrom', [{}]):
            which = [x for k, x in (('gaintable', '--gaintable=' + cf['gaintable']),)] if cf else []
            tool('callib-mark', '-i', self.path, *target_options(op['calto']), *which, ok=(0, 4))

    def remove(self, where):
        names = {'gaintable_contains': ('gaintable', '*%s*')}
        which = []
        for key, value in where.items():
            name, form = names.get(key, (key, '%s'))
            which.append('--%s=%s' % (name, form % value))
        tool('callib-remove', '-i', self.path, *which)

    def load(self, path, append):
        tool('callib-import', '-i', self.path, *self.types(), *(['--append'] if append else []), path)

    def types(self):
        return ['--caltables', self.tables] if self.scenario.get('caltables') else []

    def query(self, *options, path=None):
        return json.loads(tool('callib-query', path or self.path, *options))

    def cells(self, lines):
        """{(vis, antenna, spw, field, intent): [calibration]} of the data that lines cover; a cell named twice is an error."""
        out = {}
        for line in lines:
            ms = self.by_name[os.path.basename(line['vis'])]
            box = [id_set(line['antenna']), id_set(line['spw']), id_set(line['field']), line['intent'].split(',')]
            for a, w, f, i in itertools.product(*box):
                key = (ms['name'], a, w, f, i)
                if (w, f, i) not in self.valid[ms['name']] or a >= len(antenna_names(ms)):
                    continue
                if key in out:
                    raise Failed('%s is named by two lines' % (key,))
                out[key] = line['calibrations']
        return out


# ---- canonical forms

def oracle_cells(rows, pool):
    return {(vis, a, w, f, i): [pool[n] for n in ids] for vis, ants, w, f, i, ids in rows for a in id_set(ants)}


def split_fields(text):
    return re.findall(r'"[^"]*"|[^,]+', text)


def canonical_applycal(lines):
    def ordered(match):
        key, value = match.groups()
        parts = split_fields(value) if key == 'field' else value.split(',')
        return "%s='%s'" % (key, ','.join(sorted(parts)))
    return sorted(re.sub(r"\b(field|intent)='([^']*)'", ordered, line, count=2) for line in lines)


def canonical_casa(lines):
    def ordered(match):
        parts = split_fields(match.group(2)) if match.group(1) == 'field' else match.group(2).split(',')
        return "%s='%s'" % (match.group(1), ','.join(sorted(parts)))
    return sorted(re.sub(r"\b(field|intent)='([^']*)'", ordered, line).rstrip() for line in lines)


def text_lines(text):
    return [line for line in text.splitlines() if line.strip() and not line.startswith('#')]


# ---- a scenario

class Play:
    def __init__(self, scenario, folder):
        self.scenario, self.name = scenario, scenario['name']
        self.pool = scenario['expected']['calfroms']
        self.library = Library(scenario, folder)
        self.wrong, self.notes, self.used = [], [], set()

    def differs(self, what, ours, theirs, expected=None):
        """A difference is wrong, unless it is a named deviation; then ours must be `expected`, where that is known."""
        if ours == theirs:
            return
        if (self.name, what) in DEVIATIONS:
            self.used.add((self.name, what))
            if expected is not None and ours != expected:
                self.wrong.append('%s: deviates, but not as it should: %s' % (what, ours))
            return
        self.wrong.append('%s: ours %s, theirs %s' % (what, ours, theirs))

    def compare_cells(self, what, ours, theirs, expected=None):
        mine = {k: [identity(c) for c in v] for k, v in ours.items()}
        other = {k: [identity(c) for c in v] for k, v in theirs.items()}
        if mine == other:
            types = [{k: [c['caltype'] for c in v] for k, v in d.items()} for d in (ours, theirs)]
            if types[0] != types[1]:
                self.differs(what + ' caltypes', 'types of ours', 'types of theirs')
            return
        odd = sorted(k for k in mine.keys() | other.keys() if mine.get(k) != other.get(k))
        short = ['%s: ours %s, theirs %s' % (k, [c[0] for c in mine.get(k, [])], [c[0] for c in other.get(k, [])]) for k in odd[:3]]
        self.differs(what, '%d cells differ; %s' % (len(odd), '; '.join(short)), 'these')
        if expected is not None and mine != expected:
            self.wrong.append('%s: deviates, but not as it should' % what)

    def step(self, n, op):
        lib, kind = self.library, op['op']
        answer = self.scenario['expected']['steps'][n].get('result', {})
        try:
            if kind == 'add':
                lib.add(op)
            elif kind in ('mark_as_applied', 'apply_selection'):
                lib.mark(op)
            elif kind == 'unregister':
                lib.remove(op['where'])
            elif kind == 'clear':
                tool('callib-remove', '-i', lib.path, '--all', '--book', 'both')
            elif kind == 'import':
                path = os.path.join(lib.folder, 'in.calstate')
                with open(path, 'w') as f:
                    f.write('\n'.join(op['text']) + '\n')
                lib.load(path, op.get('append'))
            elif kind == 'reimport':
                path = os.path.join(lib.folder, 'out.calstate')
                tool('callib-export', lib.path, '--format', 'applycal', '-o', path)
                lib.load(path, False)
            elif kind in ('query', 'get_cycle0'):
                self.query(n, op, answer)
            elif kind == 'subtract':
                self.subtract(n, op, answer)
            elif kind == 'caltables':
                types = op.get('types') or []
                types = types if isinstance(types, list) else [types]
                found = lib.query('--tables', *(['--caltype=' + ','.join(types)] if types else []))
                names = sorted(t if isinstance(t, str) else t['gaintable'] for t in found['tables'])
                self.differs('step %d' % n, names, answer.get('caltables'))
            failed = None
        except Failed as e:
            failed = str(e)
        if bool(failed) != ('error' in answer):
            self.differs('step %d error' % n, failed, answer.get('error'))

    def query(self, n, op, answer):
        ignore = ['--ignore=' + ','.join(op['ignore'])] if op.get('ignore') else []
        options = target_options(op['calto']) + ignore
        ours = self.library.cells(self.library.query(*options)['lines'])
        expected = None
        if op['op'] == 'get_cycle0':
            expected = {k: [identity(c) for c in v] for k, v in
                        oracle_cells(self.scenario['expected']['final']['active']['cells'], self.pool).items()}
        self.compare_cells('step %d' % n, ours, oracle_cells(answer['cells'], self.pool) if 'cells' in answer else {}, expected)
        if 'listing_check' in answer and op['op'] == 'query':
            part = os.path.join(self.library.folder, 'part.json')
            with open(part, 'w') as f:
                f.write(tool('callib-query', self.library.path, '--library', *options))
            self.listing('step %d' % n, part, answer)

    def subtract(self, n, op, answer):
        lib = self.library
        other, out = os.path.join(lib.folder, 'other.json'), os.path.join(lib.folder, 'difference.json')
        lib.new(other)
        lib.add(op, other)
        pair = [other, lib.path] if op.get('reversed') else [lib.path, other]
        with open(out, 'w') as f:
            f.write(tool('callib-merge', '--minus', *pair))
        ours = lib.cells(lib.query(path=out)['lines'])
        expected = None
        if op.get('reversed'):
            left, right = (lib.cells(lib.query(path=p)['lines']) for p in pair)
            expected = {k: [identity(c) for c in v if identity(c) not in [identity(x) for x in right.get(k, [])]]
                        for k, v in left.items()}
            expected = {k: v for k, v in expected.items() if v}
        self.compare_cells('step %d' % n, ours, oracle_cells(answer['cells'], self.pool), expected)

    def listing(self, what, path, answer, book='active'):
        """The texts in the pipeline's layout where its listing is right; otherwise ours, and that ours comes back as the same state."""
        lib = self.library
        text = ['callib-export', path, '--format', 'applycal', '--book', book]
        if not answer['cells']:
            return
        exact = text_lines(tool(*text))
        if answer['listing_check']:
            self.notes.append('%s: the pipeline lists %s' % (what, ', '.join(
                '%d cells %s' % (len(v), k.replace('_', ' ')) for k, v in answer['listing_check'].items())))
            self.notes += ['    theirs  ' + x for x in answer['as_applycal']] + ['    ours    ' + x for x in canonical_applycal(exact)]
        else:
            ours = canonical_applycal(text_lines(tool(*text, '--consolidate', 'pipeline')))
            self.differs(what + ' listing', ours, canonical_applycal(answer['as_applycal']))
            if len(exact) > len(answer['as_applycal']):
                self.wrong.append('%s: %d lines, the pipeline needs %d' % (what, len(exact), len(answer['as_applycal'])))
        again = os.path.join(lib.folder, 'again.json')
        state = os.path.join(lib.folder, 'state.txt')
        lib.new(again)
        tool(*text, '--force', '-o', state)
        tool('callib-import', '-i', again, *lib.types(), state)
        self.same_cells(what, lib.query('--book', book, path=path), lib.query(path=again))

    def same_cells(self, what, before, after):
        strip = lambda d: {k: [identity(c) for c in v] for k, v in self.library.cells(d['lines']).items()}
        if strip(before) != strip(after):
            self.wrong.append('%s: export and import change the state' % what)

    def casa(self, what, path, answer):
        for vis, lines in answer.get('callib', {}).items():
            try:
                text = tool('callib-export', path, '--format', 'casa', '--consolidate', 'pipeline', '--vis', vis)
                self.differs(what + ' casa', canonical_casa(text_lines(text)), canonical_casa(lines))
            except Failed as e:
                self.differs(what + ' casa', str(e), None)

    def run(self):
        for n, op in enumerate(self.scenario['ops']):
            self.step(n, op)
        final = self.scenario['expected']['final']
        for book in ('active', 'applied'):
            ours = self.library.cells(self.library.query('--book', book)['lines'])
            self.compare_cells(book, ours, oracle_cells(final[book]['cells'], self.pool), deviating_cells(self, book))
            if (self.name, book) in self.used:
                continue
            try:
                self.listing(book, self.library.path, final[book], book)
            except Failed as e:
                self.differs(book + ' listing', str(e), None)
            if book == 'active' and not final[book]['listing_check']:
                self.casa(book, self.library.path, final[book])
        for name, what in DEVIATIONS:
            if name == self.name and (name, what) not in self.used:
                self.wrong.append('%s: deviates no longer; take it out of the list' % what)
        return not self.wrong


def deviating_cells(play, book):
    """What our book must hold where it deviates."""
    theirs = oracle_cells(play.scenario['expected']['final'][book]['cells'], play.pool)
    strip = lambda cells: {k: [identity(c) for c in v] for k, v in cells.items()}
    if play.name == 'clear_then_use':
        return {} if book == 'active' else {k: v for k, v in strip(theirs).items() if k[2] == 0}
    if play.name == 'apply_one_of_two' and book == 'applied':
        return {k: [c for c in v if c[0] == 'a.tbl'] for k, v in strip(theirs).items()}
    if play.name == 'import_faults':
        first = ('in.bcal.tbl', '', 'linear,linear', (), True)
        last = [('in.bcal.tbl', '', '', (), True), ('in.tsys.tbl', '', '', (), True)]
        return {k: [first] + ([first] if k[4] == 'PHASE' else []) + last for k in theirs}
    if play.name == 'vis_forms':
        return {k: v + [('w.tbl', '', 'linear,linear', (), True)] for k, v in strip(theirs).items()}
    return None


def main():
    args = sys.argv[1:]
    mode = args.pop(0) if args and args[0] in ('--ms-info', '--select') else None
    with open(args[0]) as f:
        document = json.load(f)
    chosen = [s for s in document['scenarios'] if len(args) == 1 or s['name'] in args[1:]]
    if mode == '--ms-info':
        for m in chosen[0]['ms']:
            print(json.dumps(ms_info(m)))
        return 0
    if mode == '--select':
        return select(document, chosen)
    bad = 0
    for scenario in chosen:
        with tempfile.TemporaryDirectory() as folder:
            play = Play(scenario, folder)
            right = play.run()
        print('%-5s %s' % ('ok' if right else 'WRONG', scenario['name']))
        for line in play.wrong + play.notes + ['deviates: %s: %s' % (w, DEVIATIONS[n, w]) for n, w in sorted(play.used)]:
            print('        ' + line)
        bad += not right
    print('%d scenarios, %d wrong' % (len(chosen), bad))
    return 1 if bad or not chosen else 0


def select(document, chosen):
    """The scenarios without what the driver does not read, a line for each cell."""
    for s in chosen:
        answers = [x['result'] for x in s['expected']['steps'] if 'result' in x] + list(s['expected']['final'].values())
        for a in answers:
            for key in ('merged', 'as_applycal_raw', 'log', 'console'):
                a.pop(key, None)
    head = {'about': document['about'], 'key': document['key'], 'produced_with': document['produced_with']}
    body = ',\n'.join(json.dumps(s) for s in chosen)
    print(json.dumps(head)[:-1] + ', "scenarios": [\n' + body + '\n]}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
