"""What the sample shops sell, and what buyers say of it. Prices are whole units of the currency."""

from __future__ import annotations

import msgspec


class Goods(msgspec.Struct, frozen=True):
    shop: str
    """Its handle."""
    title: str
    words: str
    category: str
    kind: str
    """What the pictures show; ``tones`` in which colours, one picture each."""
    tones: tuple[str, ...]
    price: int
    was: int = 0
    option: str = ""
    choices: tuple[str, ...] = ()
    more: int = 0
    """How much each further choice costs above the one before."""
    gone: bool = False
    """The last of the choices is sold out."""


_TEA, _GREENS, _BOOKS, _THREAD, _HOME = (
    "corner-tea", "green-basket", "page-and-spine", "thread-lane", "bright-home",
)  # fmt: skip
_SIZES = ("S", "M", "L", "XL")
_SHOES = ("38", "40", "42", "44")

GOODS = (
    Goods(_TEA, "Masala chai", "Black tea with ginger, cardamom and pepper. Boil it with milk, as we do.",
          "tea", "packet", ("orange",), 180, option="Weight", choices=("100 g", "250 g", "500 g"), more=190),
    Goods(_TEA, "Darjeeling, first flush", "Light and flowery, from one garden, this spring.", "tea",
          "packet", ("green",), 420, 480),
    Goods(_TEA, "Filter coffee, ground", "Roasted on Tuesdays. With a tenth of chicory.", "tea", "packet",
          ("brown",), 260),
    Goods(_TEA, "Lemon grass tea", "No caffeine; cut and dried on the roof.", "tea", "jar", ("yellow",), 210),
    Goods(_TEA, "Tea house mug", "The one that you drink from at our tables. 300 ml, goes into the machine.",
          "tableware", "mug", ("blue", "rose"), 240, option="Colour", choices=("Blue", "Rose"), more=0),
    Goods(_TEA, "Round teapot", "For four cups, with a strainer inside.", "tableware", "teapot", ("blue",),
          890,
          1_050),
    Goods(_TEA, "Copper kettle", "Heavy, quick, and it sings.", "cookware", "kettle", ("orange",), 2_150),
    Goods(_TEA, "Ginger biscuits", "Twelve of them, in a jar that you can keep.", "pantry", "jar", ("brown",),
          190),
    Goods(_TEA, "Mango chutney", "Sweet first, then sharp.", "pantry", "jar", ("orange",), 230),
    Goods(_GREENS, "Vegetable box", "What the farms bring this week, for two or for four.", "pantry",
          "basket",
          ("green",), 390, option="For", choices=("Two", "Four"), more=310),
    Goods(_GREENS, "Fruit basket", "Washed and ready, changes with the season.", "pantry", "basket",
          ("orange",), 480),
    Goods(_GREENS, "Cold-pressed groundnut oil", "From a wooden press. One litre.", "pantry", "bottle",
          ("yellow",), 360),
    Goods(_GREENS, "Wild honey", "From the hills; it may set, which is as it should be.", "pantry", "jar",
          ("yellow",), 420, 460),
    Goods(_GREENS, "Red rice", "Unpolished, from this year's harvest.", "pantry", "packet", ("red",), 150,
          option="Weight", choices=("1 kg", "5 kg"), more=540),
    Goods(_GREENS, "Ghee in a jar", "Made in small batches.", "pantry", "jar", ("sand",), 640),
    Goods(_GREENS, "Kokum syrup", "One part to five of cold water.", "pantry", "bottle", ("violet",), 220),
    Goods(_GREENS, "Basil in a pot", "Wants sun and a glass of water a day.", "plants", "plant", ("brown",),
          120),
    Goods(_GREENS, "Aloe vera", "Lives with people who forget it.", "plants", "plant", ("grey",), 210),
    Goods(_GREENS, "Snake plant", "Stands in the shade and asks for little.", "plants", "plant",
          ("white", "teal"), 380, option="Pot", choices=("White", "Teal"), gone=True),
    Goods(_GREENS, "Lemon tree, small", "Bears in its second year, on a balcony too.", "plants", "plant",
          ("orange",), 890),
    Goods(_BOOKS, "The Salt Road", "A novel. Two sisters, one boat, and a debt older than both.", "novels",
          "book", ("teal",), 390),
    Goods(_BOOKS, "Monsoon Kitchen", "Eighty recipes for rainy evenings, with a story to each.", "novels",
          "book", ("orange",), 750, 890),
    Goods(_BOOKS, "A Field Guide to Small Birds", "Drawn from life, fits a coat pocket.", "novels", "book",
          ("green",), 540),
    Goods(_BOOKS, "The Clockmaker's Cat", "A picture book for readers of four and up.", "novels", "book",
          ("yellow",), 320),
    Goods(_BOOKS, "Letters to a Young Tailor", "On doing one thing well.", "novels", "book", ("violet",),
          280),
    Goods(_BOOKS, "Night Trains", "Travel writing: eleven journeys, no aeroplane.", "novels", "book",
          ("blue",),
          460, gone=True),
    Goods(_BOOKS, "Dotted notebook", "A hundred leaves that take ink. Lies flat.", "stationery", "notebook",
          ("teal", "red"), 190, option="Colour", choices=("Teal", "Red")),
    Goods(_BOOKS, "Sketchbook", "Thick paper, ring-bound.", "stationery", "notebook", ("black",), 260),
    Goods(_BOOKS, "Wooden blocks", "Thirty pieces, painted with what is safe to chew.", "games", "blocks",
          ("red",), 690),
    Goods(_BOOKS, "Caravan", "A board game for two to five, an hour. You can win without talking.", "games",
          "game", ("green",), 1_190, 1_390),
    Goods(_BOOKS, "Word market", "A game of tiles; in English and Hindi.", "games", "game", ("violet",), 840,
          option="Language", choices=("English", "Hindi")),
    Goods(_BOOKS, "Bear called Otto", "Thirty centimetres of patience.", "soft-toys", "bear", ("brown",),
          590),
    Goods(_BOOKS, "Bear called Mina", "As soft as Otto, and rosier.", "soft-toys", "bear", ("rose",), 590,
          gone=True),
    Goods(_THREAD, "Linen shirt", "Woven and sewn here. Gets better with each wash.", "clothes", "shirt",
          ("sand", "blue"), 1_450, option="Size", choices=_SIZES),
    Goods(_THREAD, "Cotton kurta", "Long, light, with side pockets.", "clothes", "shirt", ("white",), 1_150,
          1_350, "Size", _SIZES),
    Goods(_THREAD, "Block-print shirt", "Printed by hand, so no two are the same.", "clothes", "shirt",
          ("teal",),
          1_290, option="Size", choices=_SIZES, gone=True),
    Goods(_THREAD, "Everyday trousers", "Cotton with a little stretch.", "clothes", "trousers", ("blue",),
          1_390,
          option="Size", choices=_SIZES),
    Goods(_THREAD, "Summer trousers", "Linen, with a drawstring.", "clothes", "trousers", ("sand",), 1_490,
          1_790, "Size", _SIZES),
    Goods(_THREAD, "Striped scarf", "Soft wool, two metres.", "clothes", "scarf", ("red", "grey"), 780,
          option="Colour", choices=("Red", "Grey")),
    Goods(_THREAD, "Canvas shoes", "Natural rubber, canvas that can be washed.", "shoes", "shoe", ("blue",),
          1_690, option="Size", choices=_SHOES),
    Goods(_THREAD, "Leather shoes", "Stitched, so they can be soled again.", "shoes", "shoe", ("brown",),
          3_450,
          option="Size", choices=_SHOES, gone=True),
    Goods(_THREAD, "Market bag", "Carries ten kilos and folds to a fist.", "bags", "bag", ("green",), 420),
    Goods(_THREAD, "Weekend bag", "Waxed canvas, brass and leather.", "bags", "bag", ("brown",), 2_790,
          3_200),
    Goods(_THREAD, "Wool blanket", "For the sofa, or the end of the bed.", "textiles", "blanket",
          ("teal", "violet"), 1_890, option="Colour", choices=("Teal", "Violet")),
    Goods(_THREAD, "Diamond cushion", "With its filling; the cover comes off.", "textiles", "cushion",
          ("orange", "grey"), 540, option="Colour", choices=("Orange", "Grey")),
    Goods(_HOME, "Desk lamp", "Warm light, a switch on the cord.", "lighting", "lamp", ("white", "red"),
          1_290,
          option="Shade", choices=("White", "Red")),
    Goods(_HOME, "Bedside lamp", "Small, and dim enough to read by.", "lighting", "lamp", ("yellow",), 890,
          990),
    Goods(_HOME, "Reading chair", "You sink in as far as you should.", "furniture", "chair", ("teal", "rose"),
          7_900, option="Colour", choices=("Teal", "Rose"), gone=True),
    Goods(_HOME, "Kitchen chair", "Beech, stacks four high.", "furniture", "chair", ("orange",), 2_450),
    Goods(_HOME, "Iron pan", "Twenty-six centimetres. Lasts longer than you.", "cookware", "pan", ("black",),
          1_190),
    Goods(_HOME, "Enamel pan", "Light, and easy to clean.", "cookware", "pan", ("red",), 980, 1_150),
    Goods(_HOME, "Whistling kettle", "Two litres, for every stove.", "cookware", "kettle", ("teal",), 1_450),
    Goods(_HOME, "Stoneware mug", "Glazed by hand.", "tableware", "mug", ("green",), 320),
    Goods(_HOME, "Striped flower pot", "With a saucer.", "pots", "pot", ("rose", "blue"), 290,
          option="Colour",
          choices=("Rose", "Blue")),
    Goods(_HOME, "Large planter", "For a tree on the terrace.", "pots", "pot", ("grey",), 1_250),
    Goods(_HOME, "Over-ear headphones", "Thirty hours, and a cable for when they are over.", "audio",
          "headphones", ("black", "sand"), 3_490, 3_990, "Colour", ("Black", "Sand")),
    Goods(_HOME, "Plain phone", "Calls, messages, maps, and a week between charges.", "phones", "phone",
          ("grey",), 8_900),
    Goods(_HOME, "Pocket camera", "One lens, two dials, no menu.", "cameras", "camera", ("brown",), 11_500,
          12_900),
    Goods(_HOME, "Steel watch", "Hands, and a day. Wound by your arm.", "wearables", "watch", ("brown",
          "green"),
          4_250, option="Strap", choices=("Brown", "Green")),
    Goods(_HOME, "Football", "Size five, sewn.", "balls", "ball", ("red",), 740),
    Goods(_HOME, "Beach ball", "For water and short grass.", "balls", "ball", ("yellow",), 290),
    Goods(_HOME, "Tent for two", "Up in four minutes; two and a half kilos.", "outdoor", "tent", ("green",),
          5_900,
          6_800),
)  # fmt: skip

REVIEWS: dict[int, tuple[str, ...]] = {
    5: (
        "Just what I wanted.", "Even nicer than in the picture.", "Bought a second one for my mother.",
        "Came well packed, a day early.", "Very well made. I use it every day.", "बहुत अच्छा!", "",
        "Good quality, and the shop answers at once.",
    ),
    4: (
        "Good. The colour is a little darker than I thought.", "Does what it should.", "Good value.", "",
        "Nice, only the delivery took its time.",
    ),
    3: ("All right for the price.", "Smaller than I thought; my mistake.", "It is fine.", ""),
    2: ("It scratched within a week.", "Not what the picture promises."),
    1: ("It came broken.", "I would not buy it again."),
}  # fmt: skip
"""By the number of stars."""
