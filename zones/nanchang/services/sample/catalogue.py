#!/usr/bin/env python3
"""Makes items/<unit>.json from subjects.txt: the made-up catalogue of the sample zone, 947 items.

Run it in this folder's parent: python3 sample/catalogue.py. The same text gives the same files. What is
committed are the files; a clerk changes them there. Names follow what such items are called everywhere; codes,
limits, papers, places and phones are made up, and each file says "synthetic": true.
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE.parent / 'items'
ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
TOTAL, FEATURED = 947, 112
UNITS = ['ADM', 'CITY', 'CON', 'ECO', 'EMG', 'ENV', 'FIN', 'GAS', 'HR', 'INV', 'LAND', 'MKT', 'PARK', 'POLICE', 'POWER',
         'SCI', 'SOC', 'TAX', 'WATER']
MINISTRY = dict(ADM='30', CITY='18', CON='17', ECO='04', EMG='25', ENV='16', FIN='10', GAS='17', HR='11', INV='21', LAND='15',
                MKT='31', PARK='40', POLICE='05', POWER='41', SCI='06', SOC='08', TAX='32', WATER='17')
TYPE = dict(L='01', F='10', P='20', B='05')

FIRM = [('new', '新办', 'new'), ('name', '变更名称', 'change of name'), ('place', '变更地址', 'change of address'),
        ('head', '变更法定代表人', 'change of legal representative'), ('renew', '延续', 'renewal'),
        ('lost', '补发', 'replacement of a lost one'), ('worn', '换发', 'replacement of a damaged one'), ('end', '注销', 'cancellation')]
THING = [('new', '申请', 'application'), ('name', '变更持有人', 'change of holder'), ('place', '变更内容', 'change of contents'),
         ('head', '变更期限', 'change of term'), ('renew', '延续', 'renewal'), ('lost', '补发', 'replacement of a lost one'),
         ('worn', '换发', 'replacement of a damaged one'), ('end', '注销', 'cancellation')]
VARIANTS = {
    'F': [('new', '办理', 'filing'), ('place', '变更', 'change'), ('lost', '补打回执', 'another receipt'), ('end', '撤销', 'withdrawal')],
    'P': [('new', '申请', 'application'), ('place', '变更', 'change'), ('proof', '证明打印', 'proof'), ('end', '终止', 'end')],
    'B': [('new', '申领', 'claim'), ('again', '复核', 'review'), ('end', '停发', 'end')],
}
# By form: papers of a first application; what a zone holds as a licence is fetched instead.
PAPERS = {
    'company': ['business_licence', 'articles', 'appointment', 'lease', 'agent_letter'],
    'premises': ['business_licence', 'lease', 'floor_plan', 'staff_health', 'rules', 'agent_letter'],
    'equipment': ['business_licence', 'equipment_proof', 'equipment_test', 'agent_letter'],
    'person': ['business_licence', 'labour_contract', 'person_id', 'diploma', 'photo'],
    'works': ['business_licence', 'project_filing', 'planning_permit', 'drawings', 'contract', 'agent_letter'],
    'land': ['business_licence', 'land_certificate', 'site_map', 'project_filing', 'agent_letter'],
    'env': ['business_licence', 'impact_report', 'monitoring', 'rules', 'expert_opinion'],
    'safety': ['business_licence', 'safety_report', 'staff_training', 'rules', 'floor_plan', 'expert_opinion'],
    'project': ['business_licence', 'feasibility', 'land_certificate', 'commitment'],
    'utility': ['business_licence', 'land_certificate', 'site_map'],
    'benefit': ['business_licence', 'bank_account', 'proof_of_spending', 'tax_proof', 'commitment'],
    'general': ['business_licence', 'explanation', 'agent_letter'],
}
FIRST_PAPER = {'企业登记', '个体工商户登记', '社会团体登记', '民办非企业单位登记'}
SITUATIONS = {
    'agent_letter': ('agent = true', '委托他人办理的', 'when somebody acts for you'),
    'lease': ('premises = "rented"', '经营场所是租用的', 'when the premises are rented'),
    'expert_opinion': ('expert = true', '工艺复杂、已经专家评审的', 'when experts have reviewed it'),
    'land_certificate': ('land = "own"', '土地或者房屋为自有的', 'when land or buildings are your own'),
    'staff_health': ('staff_handle_food = true', '从业人员直接接触食品、顾客的', 'when staff touch food or customers'),
}
FIELD_OF = {'premises': {'company', 'premises'}, 'expert': {'env', 'safety'}, 'land': {'land', 'project', 'utility'},
            'staff_handle_food': {'premises'}}
LAWS = {
    'L': ('中华人民共和国行政许可法', 'Administrative Licensing Law', '第二条、第十二条', 'articles 2 and 12'),
    'F': ('优化营商环境条例', 'Regulation on Optimising the Business Environment', '第十九条', 'article 19'),
    'P': ('优化营商环境条例', 'Regulation on Optimising the Business Environment', '第三十七条', 'article 37'),
    'B': ('优化营商环境条例', 'Regulation on Optimising the Business Environment', '第六十四条', 'article 64'),
}
# The types of licence that the zone issues; what is not here is given as a document.
LICENCES = json.loads((HERE / 'licences.json').read_text(encoding='utf-8'))
# What the fields of a licence are taken from, by form; the officer says the rest when he grants it.
FACTS = {
    'company': {'scope': 'scope', 'address': 'address'},
    'premises': {'scope': 'scope', 'address': 'address'},
    'env': {'scope': 'pollutants', 'address': 'address'},
    'safety': {'scope': 'substances', 'address': 'address'},
    'equipment': {'equipment': 'equipment_name', 'serial_no': 'equipment_number', 'place': 'address'},
    'works': {'project': 'works_name', 'project_code': 'project_code', 'place': 'address', 'address': 'address', 'area': 'floor_area'},
    'land': {'place': 'address', 'land_area': 'site_area', 'land_use': 'use'},
    'project': {'project': 'works_name', 'place': 'address'},
    'person': {'posts': 'post'},
    'change': {},
}
NO_DOCUMENT = json.loads((HERE / 'no_document.json').read_text(encoding='utf-8'))


def name(zh, en):
    return {'zh': zh, 'en': en}


def credit_code(number):
    """Of a made-up body of this region: organisation code with its own check, then the credit code's."""
    body = '%08d' % number
    rest = (11 - sum(int(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2))) % 11) % 11
    first = '11360100' + body + ('X' if rest == 10 else str(rest))
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(first))
    return first + ALPHABET[(31 - total % 31) % 31]


def subjects():
    for line in (HERE / 'subjects.txt').read_text(encoding='utf-8').splitlines():
        if line and not line.startswith('#'):
            unit, kind, zh, en, theme, event, stage, form, said = line.split('|')
            yield dict(unit=unit, kind=kind, zh=zh, en=en, theme=theme, event=event, stage=stage, form=form,
                       said=said.split(','))


def materials(s, variant):
    if (s['zh'], variant) in {(a, b) for a, b in NO_DOCUMENT}:
        codes = ['business_licence', 'legal_person', 'application']
    elif variant == 'new':
        codes = PAPERS[s['form']]
    elif variant == 'renew':
        codes = ['business_licence', 'old_certificate', 'commitment', 'explanation']
    elif variant in ('name', 'head', 'place'):
        codes = ['business_licence', 'old_certificate', 'resolution'] + (['lease'] if s['form'] in FIELD_OF['premises'] else [])
    elif variant in ('lost', 'worn'):
        codes = ['business_licence', 'loss_statement']
    elif variant == 'proof':
        codes = ['business_licence', 'explanation']
    else:
        codes = ['business_licence', 'old_certificate', 'explanation']
    if s['zh'] in FIRST_PAPER and variant == 'new': # it is what is applied for
        codes = codes[1:]
    out = []
    for code in codes:
        m = {'material': code}
        if code in SITUATIONS:
            when, zh, en = SITUATIONS[code]
            field = when.split(' ')[0]
            if field in FIELD_OF and (s['form'] not in FIELD_OF[field] or variant in ('renew', 'lost', 'worn', 'end', 'proof')):
                continue
            if field in FIELD_OF and variant != 'new' and form_of(s, variant) != s['form']:
                continue
            m.update(when='=' + when, situation=name(zh, en))
        if code in ('old_certificate', 'drawings', 'impact_report'):
            m.update(originals=1, copies=0)
        out.append(m)
    return out


def form_of(s, variant):
    return {'renew': 'renewal', 'lost': 'replacement', 'worn': 'replacement', 'end': 'ending', 'name': 'change', 'head': 'change',
            'proof': 'general', 'again': 'general'}.get(variant, s['form'])


def special(s, variant):
    if variant not in ('new', 'place'):
        return []
    return {'env': ['hearing', 'expert-review', 'testing'], 'safety': ['expert-review', 'inspection'],
            'premises': ['inspection'], 'works': ['inspection', 'expert-review'], 'land': ['hearing', 'auction'],
            'project': ['expert-review']}.get(s['form'], [])


def joint(s, variant):
    if variant != 'new' or s['kind'] != 'L':
        return []
    units = {'works': ['LAND', 'ENV', 'EMG'], 'project': ['ENV', 'LAND'], 'safety': ['ENV'], 'env': ['EMG']}.get(s['form'], [])
    return [u for u in units if u != s['unit']]


def days(s, variant, serial):
    """Legal and promised working days; on the spot is one."""
    if variant in ('lost', 'worn', 'end', 'proof') or (s['kind'] in 'FP' and variant == 'new' and s['form'] in ('general', 'company')):
        return True, (5 if variant == 'end' else 10), 1
    legal = {'L': 20, 'F': 10, 'P': 10, 'B': 20}[s['kind']]
    if joint(s, variant):
        return False, 45, 20
    return False, legal, min(legal, {'L': 8, 'F': 3, 'P': 4, 'B': 10}[s['kind']] + (serial * 7) % 5 - 2)


def item(s, variant, zh, en, code, serial):
    spot, legal, promised = days(s, variant, serial)
    licence = LICENCES.get(s['zh'], '') if variant in ('new', 'name', 'place', 'head', 'renew', 'lost', 'worn') else ''
    law = LAWS[s['kind']]
    i = {'code': code, 'name': name('%s(%s)' % (s['zh'], zh), '%s: %s' % (s['en'], en)), 'case': 'on-spot' if spot else 'promised',
         'from': '2026-01-01', 'theme': s['theme'], 'objects': ['2', '6'] if s['form'] not in ('person', 'benefit') else ['1', '2'],
         'events': [s['event']] + (['change'] if variant in ('name', 'place', 'head') else []) + (['close'] if variant == 'end' and s['event'] != 'close' else []),
         'stages': [{'name': 'change', 'place': 'change', 'head': 'change', 'end': 'exit'}.get(variant, s['stage'])],
         'online': ['1', '2', '3', '4', '5', '6'] + (['7'] if licence else []), 'legal_days': legal, 'promised_days': promised,
         'said': s['said'], 'form': form_of(s, variant), 'materials': materials(s, variant),
         'basis': [{'law': name(law[0], law[1]), 'article': name(law[2], law[3])}]}
    if licence:
        i['result'] = dict({'kind': 'licence', 'name': licence_type(licence)['name'], 'licence': licence},
                           **acts_on(s, variant, licence, [m['material'] for m in i['materials']]))
    elif variant == 'end':
        i['result'] = {'kind': 'document', 'name': name('注销(终止)通知书', 'Notice of cancellation')}
        ended = LICENCES.get(s['zh'], '')
        if ended and acts_on(s, variant, ended, []):
            i['result'].update(licence=ended, act='cancel')
    else:
        i['result'] = {'kind': 'document', 'name': name({'L': '准予行政许可决定书', 'F': '备案回执', 'P': '办理结果通知书', 'B': '审核结果通知书'}[s['kind']],
                                                        {'L': 'Decision granting the permit', 'F': 'Receipt of filing', 'P': 'Notice of the result',
                                                         'B': 'Notice of the review'}[s['kind']])}
    if special(s, variant):
        i['special'] = special(s, variant)
    if joint(s, variant):
        i['joint'] = joint(s, variant)
    if variant == 'renew':
        i['renewal'] = True
    if s['kind'] == 'L' and variant == 'new' and s['form'] in ('works', 'land'):
        i['fee'] = {'fen': 8000, 'note': name('工本费,按件收取;小微企业免收', 'Cost of the certificate; small firms pay nothing')}
    return i


def licence_type(code):
    types = HERE.parent.parent / 'licences' / 'types'
    return json.loads((types / (code + '.json')).read_text(encoding='utf-8'))


def acts_on(s, variant, code, papers):
    """How granting the item acts on the licence, and out of what: nothing where a holder may have several and it is not said which."""
    of = licence_type(code)
    firm = s['form'] in ('company', 'premises')
    act = {'new': 'issue', 'place': 'change', 'lost': 'change', 'worn': 'change', 'end': 'cancel'}.get(variant)
    if firm and variant in ('name', 'head'):
        act = 'change'
    if variant == 'renew' and 'renewal' in of:
        act = 'renew'
    if not act or (act != 'issue' and not of.get('once')):
        return {}
    fields = {}
    if variant in ('new', 'place'):
        fields = {k: '=' + v for k, v in FACTS.get(s['form'], {}).items()}
        if 'business_licence' in papers and variant == 'new':
            fields['legal_person'] = '=papers.business_licence.legal_person'
    elif variant == 'head':
        fields = {'legal_person': '=after'}
    fields = {f['name']: fields[f['name']] for f in of['fields'] if f['name'] in fields}
    return dict({'act': act}, **({'fields': fields} if fields else {}))


def questions(s):
    return [{'question': name('不到现场能办吗?', 'Can it be done without coming?'),
             'answer': name('能。全程网上办理,结果在网上查看;需要纸质证件的可以选择邮寄。', 'Yes. All of it is online; a paper certificate can be posted.')},
            {'question': name('材料不齐怎么办?', 'What if papers are missing?'),
             'answer': name('受理前会一次性告知全部需要补正的内容;同一事项不会第二次要求补正。', 'Before acceptance you are told once everything that is to be corrected, never a second time.')}]


def main():
    by_unit = {u: [] for u in UNITS}
    matters = {u: 0 for u in UNITS}
    serial = 0
    for s in subjects():
        matters[s['unit']] += 1
        number = UNITS.index(s['unit'])
        implementer = credit_code(70010000 + number * 137)
        variants = VARIANTS.get(s['kind']) or (FIRM if s['form'] in ('company', 'premises') else THING)
        group = []
        for k, (variant, zh, en) in enumerate(variants):
            code = '%s3%s%s%s%03d%03d%02d' % (implementer, '36', TYPE[s['kind']], MINISTRY[s['unit']], matters[s['unit']], 0, k + 1)
            group.append((variant, item(s, variant, zh, en, code, serial)))
            serial += 1
        codes = {v: i['code'] for v, i in group}
        for variant, i in group: # a licence is not given and ended in one go
            if variant == 'new' and 'end' in codes:
                i['excludes'] = [codes['end']]
            if variant == 'renew':
                i['excludes'] = [codes['end'], codes['new']]
            by_unit[s['unit']].append((s, variant, i))
    total = sum(len(v) for v in by_unit.values())
    featured = 0
    for wanted in ('new', 'renew', 'place'):
        for unit in UNITS:
            for s, variant, i in by_unit[unit]:
                if variant == wanted and featured < FEATURED and not i.get('featured') and (s['kind'] in 'LB' or wanted != 'new'):
                    i['featured'] = True
                    i['faq'] = questions(s)
                    featured += 1
    if total != TOTAL or featured != FEATURED:
        sys.exit('%d items, %d featured' % (total, featured))
    units = {u['code']: u for u in json.loads((HERE.parent.parent / 'units.json').read_text(encoding='utf-8'))['units']}
    OUT.mkdir(exist_ok=True)
    for number, unit in enumerate(UNITS):
        u = units[unit]
        head = {'unit': unit, 'implementer': {'name': u['name'], 'credit_code': credit_code(70010000 + number * 137)},
                'place': name('经开区政务服务中心%d号窗口(示例)' % (number + 1), 'Service centre, counter %d (made up)' % (number + 1)),
                'hours': name('工作日 8:30-12:00,13:30-17:30', 'Working days 8:30-12:00, 13:30-17:30'), 'phone': u['phone'], 'synthetic': True}
        lines = [json.dumps(i, ensure_ascii=False) for _, _, i in by_unit[unit]]
        text = json.dumps(head, ensure_ascii=False)[:-1] + ', "items": [\n' + ',\n'.join(lines) + '\n]}\n'
        (OUT / (unit + '.json')).write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main()
