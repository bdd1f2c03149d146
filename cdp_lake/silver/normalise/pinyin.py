"""Readings of Chinese names in pinyin, without tones.

Character by character, because phrase dictionaries know simplified words better than traditional ones: the same
person written in either script must get the same key.
"""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from cdp_lake.silver.normalise.surnames import SURNAME_READINGS

_SYLLABLES = (
    "a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao ce cen ceng "
    "cha chai chan chang chao che chen cheng chi chong chou chu chuai chuan chuang chui chun chuo ci cong cou cu cuan "
    "cui cun cuo da dai dan dang dao de dei den deng di dian diao die ding diu dong dou du duan dui dun duo e en er "
    "fa fan fang fei fen feng fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua guai guan guang gui gun "
    "guo ha hai han hang hao he hei hen heng hong hou hu hua huai huan huang hui hun huo ji jia jian jiang jiao jie "
    "jin jing jiong jiu ju juan jue jun ka kai kan kang kao ke ken keng kong kou ku kua kuai kuan kuang kui kun kuo "
    "la lai lan lang lao le lei leng li lia lian liang liao lie lin ling liu long lou lu lv luan lue lve lun luo ma "
    "mai man mang mao mei men meng mi mian miao mie min ming miu mo mou mu na nai nan nang nao ne nei nen neng ni "
    "nian niang niao nie nin ning niu nong nou nu nv nuan nue nve nuo ou pa pai pan pang pao pei pen peng pi pian "
    "piao pie pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran rang rao re ren "
    "reng ri rong rou ru ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang shao she shen sheng shi "
    "shou shu shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta tai tan tang tao te teng ti "
    "tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wu xi xia xian xiang xiao xie "
    "xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu yuan yue yun za zai zan zang "
    "zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhen zheng zhi zhong zhou zhu zhua zhuai zhuan zhuang zhui zhun "
    "zhuo zi zong zou zu zuan zui zun zuo"
)
_FIRST = "|".join(_SYLLABLES.split())
# Inside a word every further syllable starts with a consonant (Xi'an needs its apostrophe): keeps Maria and Leo out.
_FURTHER = "|".join(syllable for syllable in _SYLLABLES.split() if syllable[0] not in "aeo")
_PINYIN = re.compile(f"(?:{_FIRST})(?:{_FURTHER}){{0,2}}")
_SPELT_APART = re.compile(r"(?<=[ln])v|(?<=^[ln])yu$")


def is_pinyin(word: str) -> bool:
    """True when the lower-case word can be read as one to three pinyin syllables."""
    return _PINYIN.fullmatch(_one_umlaut(word)) is not None


def plain_pinyin(word: str) -> str:
    """The word with one spelling of u-umlaut (Lü, Lv and Lyu are one name) when it is pinyin."""
    return _one_umlaut(word) if is_pinyin(word) else word


@lru_cache(maxsize=65_536)
def reading(hanzi: str) -> str:
    """The pinyin of Chinese characters in lower case without tones or spaces."""
    return _one_umlaut("".join(syllable for char in hanzi for syllable in lazy_pinyin(char, style=Style.NORMAL)))


def surname_reading(hanzi: str) -> str:
    """The pinyin of a surname, with the readings that only surnames have."""
    return SURNAME_READINGS.get(hanzi) or reading(hanzi)


def _one_umlaut(word: str) -> str:
    return _SPELT_APART.sub("u", word)
