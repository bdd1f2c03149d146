"""Chinese surnames: how they read, which have two characters, and which are common."""

# Characters that read differently as a surname than their everyday reading; both scripts.
_SPECIAL = (
    "单單shan 区區ou 盖蓋ge 缪繆miao 员員yun 乐樂yue 种種chong 阚闞kan 曾zeng 解xie 仇qiu 查zha 朴piao 繁po 覃qin "
    "翟zhai 宓fu 折she 黑he 秘bi 祭zhai 郇xun 隗wei 洗xian 召shao 么yao 都du 薄bo 卜bu 佴nai"
)
_COMPOUND = (
    "欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 夏侯 皇甫 尉迟 尉遲 公孙 公孫 "
    "慕容 令狐 长孙 長孫 宇文 司徒 司空 司寇 轩辕 軒轅 东方 東方 独孤 "
    "獨孤 南宫 南宮 钟离 鍾離 鮮于 鲜于 闾丘 閭丘 濮阳 濮陽 淳于 太叔 "
    "申屠 公羊 赫连 赫連 端木 百里 东郭 東郭 西门 西門 拓跋 完颜 完顏 "
    "纳兰 納蘭 闻人 聞人 梁丘 左丘 呼延 亓官 宰父 澹台 澹臺 万俟 萬俟 "
    "单于 單于 乐正 樂正"
)
_SPECIAL_COMPOUND = "尉迟尉遲yuchi 万俟萬俟moqi 澹台澹臺tantai 单于單于chanyu 乐正樂正yuezheng"
_COMMON = (
    "wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang "
    "han feng deng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu ding ren yao shen zhong "
    "cui tan fan wan jin shi liao jia xia fu fang zou xiong bai meng qin qiu hou yin xue yan duan lei long tao "
    "gu mao hao gong shao kong xiang ouyang sima zhuge shangguan xiahou huangfu gongsun murong linghu situ yuchi"
)


def _readings(entries: str, width: int) -> dict[str, str]:
    readings = {}
    for entry in entries.split():
        hanzi = "".join(char for char in entry if not char.isascii())
        for at in range(0, len(hanzi), width):
            readings[hanzi[at : at + width]] = entry[len(hanzi) :]
    return readings


COMPOUND_SURNAMES = frozenset(_COMPOUND.split())
SURNAME_READINGS = {**_readings(_SPECIAL, 1), **_readings(_SPECIAL_COMPOUND, 2)}
# Rank in pinyin, 0 the commonest: where a name could start with either part, the commoner surname is the surname.
SURNAME_RANK = {surname: rank for rank, surname in enumerate(_COMMON.split())}
