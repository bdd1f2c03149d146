"""Small tables of names, places and shop words that the generator draws from. Data only, no behaviour."""

from __future__ import annotations

from typing import NamedTuple


class City(NamedTuple):
    """One city: how it is written at home and in Latin letters, its region, post and telephone codes."""

    name: str
    latin: str
    region: str
    post_prefix: str
    area_codes: tuple[str, ...] = ()


def _pairs(text: str) -> dict[str, tuple[str, ...]]:
    rows = [line.split(":") for line in text.split()]
    return {formal: tuple(short.split(",")) for formal, short in rows}


def _translations(text: str) -> dict[str, str]:
    rows = [row.strip().partition("=") for line in text.strip().splitlines() for row in line.split(" | ")]
    return {english: chinese for english, _, chinese in rows}


NICKNAMES = _pairs("""
Alexander:Alex,Xander Alexandra:Alex,Sandra Amanda:Mandy Andrew:Andy,Drew Angela:Angie Anthony:Tony
Barbara:Barb,Barbie Benjamin:Ben Brandon:Bran Brian:Bri Catherine:Cathy,Kate Charles:Charlie,Chuck
Christina:Tina,Chris Christine:Chris,Tina Christopher:Chris,Kit Cynthia:Cindy Daniel:Dan,Danny David:Dave
Deborah:Deb,Debbie Donald:Don Dorothy:Dot Douglas:Doug Edward:Ed,Ted Elizabeth:Liz,Beth,Betty Eric:Rick
Frances:Fran Gabriel:Gabe Gerald:Gerry Gregory:Greg Heather:Hettie Jacob:Jake
Jacqueline:Jackie James:Jim,Jamie
Jeffrey:Jeff Jennifer:Jen,Jenny Jessica:Jess Jonathan:Jon,Jonny John:Johnny,Jack Joseph:Joe Joshua:Josh
Katherine:Kate,Kathy Kenneth:Ken,Kenny Kimberly:Kim Lawrence:Larry Leonard:Len Margaret:Maggie,Peg
Matthew:Matt Melissa:Mel,Missy Michael:Mike,Mick Michelle:Shelly Nathan:Nate Nicholas:Nick Nicole:Nikki
Pamela:Pam Patricia:Pat,Trish Patrick:Pat Peter:Pete Philip:Phil Rebecca:Becky
Richard:Rick,Dick Robert:Bob,Rob
Ronald:Ron Samantha:Sam Samuel:Sam Sandra:Sandy Stephanie:Steph Stephen:Steve Steven:Steve Susan:Sue,Susie
Theresa:Terri Thomas:Tom,Tommy Timothy:Tim Veronica:Ronnie Victoria:Vicky Vincent:Vince Virginia:Ginny
William:Bill,Will Zachary:Zach
""")

HANZI_VARIANTS = {
    pair[0]: pair[1]
    for pair in """
张張 刘劉 陈陳 杨楊 赵趙 吴吳 孙孫 马馬 罗羅 郑鄭 谢謝 韩韓 冯馮 邓鄧 许許 苏蘇 蒋蔣 叶葉 闫閆 钟鐘
陆陸 谭譚 邹鄒 贾賈 顾顧 龙龍 万萬 钱錢 汤湯 庄莊 颜顏 华華 伟偉 军軍 丽麗 艳艷 红紅 杰傑 强強 兰蘭
凤鳳 龄齡 飞飛 国國 东東 荣榮 贵貴 宝寶 晓曉 梦夢 云雲 鸿鴻 亚亞 学學 庆慶 胜勝
""".split()
}

SURNAME_READINGS = {"单": "Shan", "曾": "Zeng", "解": "Xie", "仇": "Qiu", "区": "Ou", "查": "Zha", "盖": "Ge"}

GIVEN_MALE = "伟强磊洋勇军杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林阳建国志文博天翔子轩泽晨嘉豪东荣贵宝学庆胜鸿"
GIVEN_FEMALE = "芳娜敏静丽艳娟霞秀英燕玲丹萍红玉兰桂凤雪梅琴云帆洁婷慧莹晶倩颖瑜佳欣怡梦晓雨涵诗琪思彤雅馨子萱语嫣"

ENGLISH_NAMES = (
    "Kevin Jason Eric Tony Leo Alan Andy Vincent Ryan Jerry Frank Henry Simon Felix Oscar".split(),
    "Amy Cindy Vivian Grace Lily Joyce Tina Sophia Emma Helen Coco Wendy Fiona Irene Yoyo".split(),
)

US_CITIES = (
    City("Columbus", "Columbus", "OH", "432", ("614",)),
    City("Cincinnati", "Cincinnati", "OH", "452", ("513",)),
    City("Cleveland", "Cleveland", "OH", "441", ("216", "440")),
    City("Dayton", "Dayton", "OH", "454", ("937",)),
    City("Toledo", "Toledo", "OH", "436", ("419",)),
    City("Louisville", "Louisville", "KY", "402", ("502",)),
    City("Lexington", "Lexington", "KY", "405", ("859",)),
    City("Indianapolis", "Indianapolis", "IN", "462", ("317",)),
    City("Pittsburgh", "Pittsburgh", "PA", "152", ("412",)),
    City("Philadelphia", "Philadelphia", "PA", "191", ("215", "267")),
    City("Detroit", "Detroit", "MI", "482", ("313",)),
    City("Ann Arbor", "Ann Arbor", "MI", "481", ("734",)),
    City("Atlanta", "Atlanta", "GA", "303", ("404", "770")),
    City("Charlotte", "Charlotte", "NC", "282", ("704",)),
    City("Richmond", "Richmond", "VA", "232", ("804",)),
    City("New York", "New York", "NY", "100", ("212", "646", "917")),
    City("Flushing", "Flushing", "NY", "113", ("718", "347")),
    City("Boston", "Boston", "MA", "021", ("617",)),
)

CN_CITIES = (
    City("上海", "Shanghai", "上海", "200"),
    City("北京", "Beijing", "北京", "100"),
    City("广州", "Guangzhou", "广东", "510"),
    City("深圳", "Shenzhen", "广东", "518"),
    City("杭州", "Hangzhou", "浙江", "310"),
    City("宁波", "Ningbo", "浙江", "315"),
    City("南京", "Nanjing", "江苏", "210"),
    City("苏州", "Suzhou", "江苏", "215"),
    City("成都", "Chengdu", "四川", "610"),
    City("武汉", "Wuhan", "湖北", "430"),
    City("西安", "Xi'an", "陕西", "710"),
    City("青岛", "Qingdao", "山东", "266"),
)

CN_ROADS = """
中山路 人民路 解放路 建设路 和平路 新华路 长江路 黄河路 文化路 南京路
北京路 延安路 淮海路 复兴路 滨江大道
""".split()

STREET_SUFFIXES = {
    "Street": "St", "Avenue": "Ave", "Road": "Rd", "Drive": "Dr", "Lane": "Ln",
    "Court": "Ct", "Boulevard": "Blvd",
}  # fmt: skip

CN_PREFIXES = """
134 135 136 137 138 139 150 151 152 157 158 159 182 183 187 188
130 131 132 155 156 185 186 133 153 180 189
""".split()

BRANDS = (
    "Golden Harvest,Blue Ridge,Sunny Acre,Maple Hill,Riverbend,Old Mill,Copper Kettle,Green Gate,North Star,Daily Bread"
).split(",")
BRAND_ENDINGS = "Foods,Farms,Kitchen,Pantry,Company,Market,Provisions,Home,Works,Select".split(",")
STORE_BRAND = "Harvest Lane"

DEPARTMENTS_ZH = _translations("""
GROCERY=杂货 | DRUG GM=药妆百货 | PRODUCE=蔬果 | COSMETICS=化妆品 | NUTRITION=营养保健 | MEAT=肉类
MEAT-PCKGD=包装肉类 | DELI=熟食 | PASTRY=面包糕点 | FLORAL=鲜花 | MISCELLANEOUS=其他 | SEAFOOD-PCKGD=包装海鲜
SPIRITS=烈酒 | SEAFOOD=海鲜 | GARDEN CENTER=园艺 | RESTAURANT=餐厅 | SALAD BAR=沙拉吧 | COUPON=优惠券
TRAVEL & LEISURE=旅行休闲 | FROZEN GROCERY=冷冻食品 | FUEL=燃油 | CHEF SHOPPE=主厨小铺
PHOTO & VIDEO=照相影像
TOYS=玩具 | POSTAL CENTER=邮政 | AUTOMOTIVE=汽车用品 | HOUSEWARES=家居用品
""")
OTHER_DEPARTMENT_ZH = "综合"

CATEGORIES_ZH = _translations("""
CANDY - PACKAGED=包装糖果 | MAKEUP AND TREATMENT=彩妆 | HAIR CARE PRODUCTS=护发 | SOFT DRINKS=汽水
BAG SNACKS=袋装零食 | MAGAZINE=杂志 | BAKED BREAD/BUNS/ROLLS=面包 | BEEF=牛肉 | CHEESE=奶酪 | CHEESES=奶酪
DOMESTIC WINE=葡萄酒 | SOUP=汤 | COOKIES/CONES=饼干 | ORAL HYGIENE PRODUCTS=口腔护理 | FROZEN PIZZA=冷冻披萨
TOYS AND GAMES=玩具 | ICE CREAM/MILK/SHERBTS=冰淇淋 | LUNCHMEAT=午餐肉 | BEERS/ALES=啤酒
SPICES & EXTRACTS=香料 | CONDIMENTS/SAUCES=酱料 | YOGURT=酸奶 | VITAMINS=维生素 | CANNED JUICES=罐装果汁
BABY FOODS=婴儿食品 | PET CARE SUPPLIES=宠物用品 | COLD CEREAL=谷物早餐 | DRY BN/VEG/POTATO/RICE=米豆
COFFEE=咖啡 | PORK=猪肉 | DOG FOODS=狗粮 | COLD AND FLU=感冒药 | BAKING NEEDS=烘焙原料 | EGGS=鸡蛋
FLUID MILK PRODUCTS=牛奶 | TROPICAL FRUIT=热带水果 | CHICKEN=鸡肉 | TEAS=茶
""")

EMAIL_WORDS = "sunny panda coffee river happy lucky blue moon star tiger garden kitchen maple travel music rain".split()

SEARCHES = (
    "milk,eggs,coffee,organic apples,gluten free bread,ice cream,chicken breast,cat food,shampoo,green tea,"
    "soy sauce,rice,tofu,牛奶,大米,酱油,绿茶,birthday cake,batteries,diapers"
).split(",")
