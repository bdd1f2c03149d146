"""One line of address: the number and street, city, region and postcode it tells, and null for what it does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_lake.silver.normalise.address_parts import address_parts


@pytest.mark.parametrize(
    ("line", "street", "city", "region", "postcode"),
    [
        ("123 Main St, Springfield, IL 62704", "123 Main St", "Springfield", "IL", "62704"),
        ("123 Main St, Springfield, IL, 62704-1234", "123 Main St", "Springfield", "IL", "62704-1234"),
        ("123 Main St, Springfield, Illinois", "123 Main St", "Springfield", "Illinois", None),
        ("123 Main St, Apt 4, Springfield, IL 62704", "123 Main St", "Springfield", "IL", "62704"),
        ("Apt 4, 123 Main St, Springfield, IL 62704", "123 Main St", "Springfield", "IL", "62704"),
        ("123 Main St, Springfield, IL 62704, USA", "123 Main St", "Springfield", "IL", "62704"),
        ("123 Main St, Springfield, IL 62704 U.S.A.", "123 Main St", "Springfield", "IL", "62704"),
        ("123 Main St, Springfield", "123 Main St", "Springfield", None, None),
        ("123 Main St", "123 Main St", None, None, None),
    ],
)
def test_an_american_line_is_taken_apart(line, street, city, region, postcode):
    assert address_parts(line) == (street, city, region, postcode)


@pytest.mark.parametrize(
    ("line", "street", "city", "postcode"),
    [
        ("12 High Street, London SW1A 1AA", "12 High Street", "London", "SW1A1AA"),
        ("12 High Street, London, sw1a1aa, UK", "12 High Street", "London", "sw1a1aa"),
        ("12 High Street, London SW1A 1AA United Kingdom", "12 High Street", "London", "SW1A1AA"),
        ("Flat 3, 12 High Street, London", "12 High Street", "London", None),
        ("Musterstr. 5, 10115 Berlin", "Musterstr. 5", "Berlin", "10115"),
        ("10 rue de la Paix, 75002 Paris, France", "10 rue de la Paix", "Paris", "75002"),
        ("1 Raffles Place, Singapore 048616", "1 Raffles Place", "Singapore", "048616"),
        ("1 Garden Road, Hong Kong", "1 Garden Road", "Hong Kong", None),
        ("10 Ocean Drive, 4810, Townsville", "10 Ocean Drive", "Townsville", "4810"),
    ],
)
def test_lines_of_other_countries_are_taken_apart(line, street, city, postcode):
    assert address_parts(line) == (street, city, None, postcode)


@pytest.mark.parametrize(
    ("line", "street", "city", "region", "postcode"),
    [
        ("广东省深圳市南山区科技路8号", "科技路8号", "深圳市", "广东省", None),
        ("北京市海淀区中关村大街1号", "中关村大街1号", "北京市", "北京市", None),
        ("中国上海市 浦东新区 世纪大道100号", "世纪大道100号", "上海市", "上海市", None),
        ("内蒙古自治区呼和浩特市新城区某路3号", "某路3号", "呼和浩特市", "内蒙古自治区", None),
        ("上海市花园小区3号楼", "花园小区3号楼", "上海市", "上海市", None),
        ("广州市天河区体育西路１０３号 510620", "体育西路103号", "广州市", "广州市", "510620"),
        ("510620 广东省广州市天河区体育西路103号", "体育西路103号", "广州市", "广东省", "510620"),
        ("中关村大街1号", "中关村大街1号", None, None, None),
    ],
)
def test_a_chinese_line_is_taken_apart(line, street, city, region, postcode):
    assert address_parts(line) == (street, city, region, postcode)


@pytest.mark.parametrize("line", [None, "", "  ", ",", ", ,"])
def test_an_empty_line_tells_nothing(line):
    assert address_parts(line) == (None,) * 4


@settings(deadline=None)
@given(st.text("12345 ,.aINUKmain北京市省区路号", max_size=20))
def test_any_line_gives_parts_that_are_not_empty(line):
    assert "" not in address_parts(line)
